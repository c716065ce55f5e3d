import { cdata, parseXml } from './xml';

const one = (source: string) => {
  const root = parseXml(source);
  return root && Object.fromEntries(root.children.map(({ name, text }) => [name, text]));
};

test.each([
  ['text and CDATA', '<xml><A>1</A><B><![CDATA[x<y>&z]]></B></xml>', { A: '1', B: 'x<y>&z' }],
  ['a declaration, a mark and blanks', '\uFEFF<?xml version="1.0"?>\n<xml>\n <A>1</A>\n</xml>\n', { A: '1' }],
  ['an empty element', '<xml><A/><B></B></xml>', { A: '', B: '' }],
  [
    'blanks that are a text',
    '<xml><A> 00012 </A><B>  </B><C><![CDATA[ c ]]></C></xml>',
    {
      A: ' 00012 ',
      B: '  ',
      C: ' c ',
    },
  ],
  ['blanks around CDATA', '<xml><A>\n<![CDATA[a]]>\n</A></xml>', { A: 'a' }],
  ['CDATA that was split', `<xml><A>${cdata('a]]>b]]>]]>')}</A></xml>`, { A: 'a]]>b]]>]]>' }],
  [
    'the references that need no declaration',
    '<xml><A>&lt;&amp;lt;&gt;&quot;&apos;&#65;&#x4f60;</A></xml>',
    {
      A: '<&lt;>"\'A你',
    },
  ],
  [
    'names of the language',
    '<xml><__proto__>1</__proto__><constructor>2</constructor></xml>',
    {
      ['__proto__']: '1',
      constructor: '2',
    },
  ],
])('%s', (_name, source, expected) => {
  expect(Object.entries(one(source) ?? {})).toEqual(Object.entries(expected));
});

test('elements inside elements', () => {
  const root = parseXml(
    '<xml><S><Count>2</Count><L><item><P>a</P></item><item><P>b</P></item></L></S></xml>',
  );
  const items = root?.children[0]?.children[1]?.children;
  expect(items?.map((item) => item.children[0]?.text)).toEqual(['a', 'b']);
});

test.each([
  ['a DOCTYPE', '<!DOCTYPE xml><xml><A>1</A></xml>'],
  ['an external entity', '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><A>&e;</A></xml>'],
  [
    'entities of entities',
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><A>&b;&b;&b;</A></xml>',
  ],
  ['a DOCTYPE inside', '<xml><!DOCTYPE a><A>1</A></xml>'],
  ['an unknown entity', '<xml><A>&e;</A></xml>'],
  ['a bare ampersand', '<xml><A>a & b</A></xml>'],
  ['a code point that is none', '<xml><A>&#x110000;</A></xml>'],
  ['an unclosed element', '<xml><A>1</xml>'],
  ['an unclosed root', '<xml><A>1</A>'],
  ['a wrong end', '<xml><A>1</B></xml>'],
  ['unclosed CDATA', '<xml><A><![CDATA[1</A></xml>'],
  ['two roots', '<xml></xml><xml></xml>'],
  ['text behind', '<xml></xml>x'],
  ['text before', 'x<xml></xml>'],
  ['a comment', '<xml><!-- c --><A>1</A></xml>'],
  ['a processing instruction', '<xml><?php 1 ?><A>1</A></xml>'],
  ['an attribute', '<xml><A b="1">1</A></xml>'],
  ['text beside elements', '<xml>x<A>1</A></xml>'],
  ['no name', '<xml><>1</></xml>'],
  ['no XML', '{"a":1}'],
  ['nothing', ''],
  ['nesting without end', '<a>'.repeat(100_000)],
  ['too deep', `${'<a>'.repeat(9)}${'</a>'.repeat(9)}`],
  ['too many elements', `<xml>${'<a/>'.repeat(2_001)}</xml>`],
])('%s is refused', (_name, source) => {
  expect(parseXml(source)).toBeUndefined();
});
