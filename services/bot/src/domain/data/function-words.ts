const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Frequent short words that tell languages in Latin letters apart; a language without a row is read as English. */
export const FUNCTION_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words(
    'the is are my i you do does can how what when where why will to of for in it and not have get a an please your be was with',
  ),
  es: words(
    'el los las un una es mi mis yo usted puedo como cómo qué cuando cuándo dónde por para con está mi no se lo del hay quiero tengo',
  ),
  fr: words(
    'le les des une est mon ma mes je vous puis comment quoi quand où pourquoi pour avec dans pas ne du et il combien ai',
  ),
  de: words(
    'der die das ein eine ist mein meine ich sie kann wie was wann wo warum für mit im nicht und wird habe bitte den',
  ),
  pt: words(
    'os as um uma é meu minha eu você posso como que quando onde por para com está não se do da tem quero',
  ),
  it: words(
    'il lo gli un una è mio mia io lei posso come che quando dove perché per con nel non si del della ho quanto',
  ),
  vi: words('tôi bạn là của có không khi nào bao như thế được cho với và ở đâu làm sao'),
  id: words(
    'saya anda apa kapan dimana bagaimana berapa bisa tidak untuk dengan dan di ke yang ini itu adalah',
  ),
};
