use crate::testing::eval;

#[test]
fn parts_are_read_and_set() {
    assert_eq!(
        eval(
            "const u = new URL('../x?a=1#h', 'https://me:pw@host:8080/p/q/r');
             const before = [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.port, u.pathname, u.search, u.hash];
             u.port = '443'; u.hostname = 'other'; u.hash = ''; u.protocol = 'bogus:'; u.pathname = 'a b'; u.username = '';
             [...before, u, JSON.stringify(u), Object.prototype.toString.call(u), webkitURL === URL].join('|')"
        ),
        "https://me:pw@host:8080/p/x?a=1#h|https://host:8080|https:|me|pw|host:8080|8080|/p/x|?a=1|#h|\
         https://:pw@other/a%20b?a=1|\"https://:pw@other/a%20b?a=1\"|[object URL]|true"
    );
}

#[test]
fn what_does_not_parse_is_refused() {
    assert_eq!(
        eval(
            "const log = [];
             for (const f of [() => new URL('x'), () => new URL('x', 'y'), () => new URL(), () => { new URL('a:b').href = 'x' }]) {
                 try { f() } catch (e) { log.push(e.name, e instanceof TypeError) }
             }
             [...log, URL.canParse('x'), URL.canParse('x', 'http://h'), URL.canParse('http://h', ''), URL.parse('x'),
              URL.parse('x', 'http://h/').href].join()"
        ),
        "TypeError,true,TypeError,true,TypeError,true,TypeError,true,false,true,false,,http://h/x"
    );
}

#[test]
fn query_and_parameters_are_in_step() {
    assert_eq!(
        eval(
            "const u = new URL('http://h/?a=1&b=2#f'), p = u.searchParams, log = [];
             p.append('c', 'x y'); log.push(u.search); u.search = '?z=9'; log.push(p.get('z'), p.size); p.delete('z'); log.push(u.href);
             u.href = 'http://h/?q=%20'; log.push(p.get('q') === ' ', u.searchParams === p);
             const opaque = new URL('data:text   ?a#b'); opaque.searchParams.delete('a'); opaque.hash = ''; log.push(opaque.href);
             log.join('|')"
        ),
        "?a=1&b=2&c=x+y|9|1|http://h/#f|true|true|data:text  %20"
    );
}

#[test]
fn parameters_are_a_list() {
    assert_eq!(
        eval(
            "const p = new URLSearchParams([['b', 1], ['a', 2], ['b', 3], ['\\ufffd', 4], ['\\u{10000}', 5]]), log = [];
             p.sort(); log.push([...p].map(([name]) => escape(name)).join(''));
             p.set('b', 'n'); log.push(p.getAll('b').length, p.has('b', 'n'), p.has('b', 'm'), p.get('none')); p.delete('a', 'x');
             log.push(p.size, new URLSearchParams({x: 1, y: '&'}) + '', new URLSearchParams('?a=b+c%zz').get('a'));
             p.forEach((value, name, list) => log.push(list === p && value));
             log.push(p.entries().next().value.length, Object.prototype.toString.call(p.keys()), p[Symbol.iterator] === p.entries);
             try { new URLSearchParams([['x']]) } catch (e) { log.push(e.name) }
             log.join('|')"
        ),
        "abb%uD800%uDC00%uFFFD|1|true|false||4|x=1&y=%26|b c%zz|2|n|5|4|2|[object URLSearchParams Iterator]|true|TypeError"
    );
}

#[test]
fn a_blob_url_has_the_origin_of_an_http_url_only() {
    assert_eq!(
        eval(
            "['http://h:1/x', 'ftp://h/', 'ws://h/', 'blob:http://h/', ''].map(path => new URL('blob:' + path).origin).join()"
        ),
        "http://h:1,null,null,null,null"
    );
}
