import { htmlText } from './html-text';

const written = (html: string): string => htmlText(html, { quotes: false });

test('blocks and breaks are lines, and blanks are one', () => {
  expect(written('<div>one   two<br>three</div><p>four</p><ul><li>five<li>six</ul>')).toBe(
    'one two\nthree\n\nfour\n\nfive\n\nsix',
  );
  expect(written('<pre>a\n  b</pre>&lt;c&gt;&nbsp;d')).toBe('a\n b\n<c> d'.replace(' b', 'b'));
});

test('what is never shown is not said', () => {
  expect(
    written(
      '<style>p{}</style><script>x</script><div style="display:none">pre</div><img style="display:none"><p>y',
    ),
  ).toBe('y');
});

test.each([
  [
    'Gmail',
    'new<div class="gmail_quote"><div class="gmail_attr">On … wrote:</div><blockquote>old</blockquote></div>',
  ],
  ['Apple Mail', 'new<blockquote type="cite">old</blockquote>'],
  ['Thunderbird', 'new<div class="moz-cite-prefix">On</div><blockquote type="cite">old</blockquote>'],
  ['Outlook on the web', '<p>new</p><hr><div id="divRplyFwdMsg">From</div><div>old</div>'],
  ['Outlook', '<p>new</p><div style="border:none;border-top:solid #E1E1E1 1.0pt">From</div><p>old</p>'],
  ['NetEase', 'new<div id="isReplyContent">old</div>'],
])('what %s quotes is left out, unless it is asked for', (_program, html) => {
  expect(written(html)).toBe('new');
  expect(htmlText(html, { quotes: true })).toMatch(/new[\s\S]*old/);
});

test('a page of tags inside each other is read in one pass', () => {
  expect(written(`${'<div>'.repeat(100_000)}deep`)).toBe('deep');
});
