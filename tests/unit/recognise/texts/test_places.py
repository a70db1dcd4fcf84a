"""What the place of a URL in a text is, by language; everything that an app can use is kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.reasons import COMPARED, LINK
from tieback.recognise.texts import tables
from tieback.recognise.texts.elements import PERMITTED
from tieback.recognise.texts.languages import METADATA, MISNAMED, SAVED_PAGE
from tieback.recognise.texts.literals import PAGE_SCRIPT
from tieback.recognise.texts.names_before import BASE
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import (
    AUTHOR,
    COMMENT,
    EXAMPLE,
    ISSUER,
    MESSAGE,
    NAMESPACE,
    PATTERN,
    REDIRECT,
    REFERER,
    SHOWN,
    USER_AGENT,
)
from tieback.recognise.texts.xml_kinds import FEED

URL = "http://a.test/x"
SCHEMA = '<?xml version="1.0"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" version="1">'
LICENCE = "Permission is hereby granted, free of charge\n"
MAP = {
    "version": 3,
    "sources": ["a.js", "b.scss"],
    "sourcesContent": [f"// {URL}1\nf('{URL}2')", f"/* {URL}3 */ a{{b:url({URL}4)}}"],
    "mappings": "",
}


def reason(file: str, text: str, url: str = URL) -> str:
    data = text.encode()
    return TextPlaces(file, data).reason(data.index(url.encode()))


@each(
    ("file", "text", "expected"),
    [
        ("a.js", "f('URL') // x", ""),
        ("a.js", "// URL", COMMENT),
        ("a.js", "/*! Library 1.0 | URL */", COMMENT),
        ("a.js", "throw new Error('Bad option. See URL for help')", MESSAGE),
        ("a.js", "throw new Error('Bad option.\\n\\nRead the guide.\\n\\nURL')", MESSAGE),
        ("a.js", "console.warn('No key:\\n\\n\\nURL')", MESSAGE),
        ("a.js", "console.log('URL')", ""),
        ("a.js", "onError('/proxy?u=URL')", ""),
        ("a.js", "api.console.log('v1,URL')", MESSAGE),
        ("a.js", "var e=msg+'\\nURL#'+id", MESSAGE),
        ("a.js", 'x=\'<a:\'+n+\' id="o" xmlns:n="URL"><item><key t="s">Name</key></item>\'', NAMESPACE),
        ("a.js", 'x=\'<a:\'+n+\' id="o" server="URL"><item><key t="s">Name</key></item>\'', ""),
        ("a.js", "x={homepage:'URL',license:'MIT'}", METADATA),
        ("a.js", "x={homepage:'URL',title:'Shop'},y={license:'MIT'}", ""),
        ("a.js", "f({license:'URL'})", ""),
        ("a.json", '{"tabs":[{"title":"Home","homepage":"URL"}]}', ""),
        ("a.json", '[{"drm":{"licenseUrl":"URL"}},{"version":1}]', ""),
        ("a.json", '[{"name":"a","author":"b","licenseUrl":"URL"}]', METADATA),
        (
            "a.xml",
            "<?xml version='1.0'?><rss version='2.0'><channel><item><link>URL</link></item></channel></rss>",
            FEED,
        ),
        ("a.xml", "<rss><item><description><![CDATA[<a href='URL'>x</a>]]></description></item></rss>", FEED),
        ("a.xml", "<feed xmlns='x'><entry><link href='URL'/></entry></feed>", FEED),
        ("a.xml", "<feed xmlns='x'><link rel='self' href='URL'/></feed>", ""),
        ("a.xml", "<rss><item><enclosure url='URL' type='audio/mpeg'/></item></rss>", ""),
        ("a.xml", "<opml><body><outline type='rss' xmlUrl='URL'/></body></opml>", ""),
        ("a.xml", "<settings><feed>URL</feed></settings>", ""),
        ("a.js", "fetch(u,{headers:{Referer:'URL'}})", REFERER),
        ("a.js", "h={\"Origin\": 'URL'}", REFERER),
        ("a.js", "x.setRequestHeader('Referer', 'URL')", REFERER),
        ("a.js", "x={origin:'URL'}", ""),
        ("a.js", "x={refererUrl:'URL'}", ""),
        ("a.js", "e(Input,{placeholder:'URL',value:v})", EXAMPLE),
        ("a.js", "e(Input,{placeholder:'Such as URL'})", EXAMPLE),
        ("a.js", "e(Input,{placeholder:'URL'});f(x.value||x.placeholder)", ""),
        ("a.js", "e(Input,{label:'Server',hint:'URL'})", EXAMPLE),
        ("a.js", "e(Input,{label:'Server',hintText:'URL'})", EXAMPLE),
        ("a.js", "x={hints:'URL'}", ""),
        ("a.js", "x={placeholder:`URL/{z}/{x}/{y}.png`}", EXAMPLE),
        ("a.js", "p={name:'b',funding:[{type:'x',url:'https://b.test'},{type:'y',url:'URL'}],bin:1}", METADATA),
        ("a.js", "p={funding:['URL']}", METADATA),
        ("a.js", "x={scheme:'solar',author:'Ann Lee (URL)',base00:'#111'}", AUTHOR),
        ("a.js", "x={author:f('api (URL)')}", ""),
        ("a.js", "x={edit:{description:['Set the server','to `URL` and',].join(' ')}}", METADATA),
        ("a.js", "x={servers:['URL']}", ""),
        ("a.js", "p={funding:[{type:'x'}],api:{url:'URL'}}", ""),
        ("a.caproj", "<?xml version='1.0'?><c2project><author-website>URL</author-website></c2project>", METADATA),
        ("a.html", "<v-text-field hint='URL'>", EXAMPLE),
        ("a.vue", "<template><a :href='`URL`' target='_blank'>x</a></template>", LINK),
        ("a.html", "<a ng-href='URL' target='_blank'>x</a>", LINK),
        ("a.html", "<a [attr.href]='URL' target='_blank'>x</a>", LINK),
        ("a.html", "<img ng-src='URL' target='_blank'>", ""),
        ("a.js", "x={tip:'\\u4f8b\\u5982\\uff1aURL'}", EXAMPLE),
        ("a.json", '{"tip":"z. B. URL"}', EXAMPLE),
        ("a.js", "e(Image,{placeholder:'URL/none.png'})", ""),
        ("a.js", "x={scripts:{lists:'curl -o a.dat URL/list'}}", METADATA),
        ("a.js", "x={scripts:{main:'URL'}}", ""),
        ("a.js", "x={commands:{lists:'curl -o a.dat URL/list'}}", ""),
        ("a.js", "log('<md-a> is old. Use `<md-b>` and `<c>`.Read URL')", MESSAGE),
        ("a.js", "f('the picture of <img src=URL')", ""),
        ("a.js", "f('the picture <b>URL')", ""),
        ("a.js", "e=new Error('Driver not compliant; see ' + 'URL')", MESSAGE),
        ("a.js", "f('Ask the server at ' + 'URL')", ""),
        ("a.js", "w('k',['The option has changed in v3.','URL/docs/upgrade#x'])", MESSAGE),
        ("a.js", "w('k',['The option has changed in v3.','URL/api'])", ""),
        ("a.js", "f('GET','URL/docs/list')", ""),
        ("a.js", "c={id:1,blockExplorers:{default:{name:'Scan',url:'URL'}}}", LINK),
        ("a.js", "c={blockExplorerUrls:['URL'],rpcUrls:['b']}", LINK),
        ("a.js", "c={blockExplorerUrls:['b'],rpcUrls:['URL']}", ""),
        ("a.js", "c={blockExplorers:{default:{url:'b'}},rpcUrls:{default:{http:['URL']}}}", ""),
        ("a.json", '{"blockExplorerUrls":["URL"]}', LINK),
        ("page_files/a.min.js.download", "/*! MIT (URL) */f()", COMMENT),
        ("page_files/a.css.download", "/* URL */a{}", COMMENT),
        ("page_files/a.js.download", "f('URL')", ""),
        ("a.js", 'x={styles:[".a{min-height:100vh;background:url(URL)}@media screen and (max-width:1px){b{}}"]}', ""),
        (
            "a.js",
            "e.push([t.i,'.a {\\n  display: flex;\\n  background: url(\\'URL\\') no-repeat center center;\\n}',''])",
            "",
        ),
        ("a.js", "s='.a{color:red;display:flex}@import url(URL) screen and (color);'", ""),
        ("a.js", "s='/* The first part. */.a{color:red;display:flex;background:url(URL)}'", ""),
        ("a.js", "s='/* The old form: */.b{}/*.a{color:red;display:flex;background:url(URL)}*/.c{}'", COMMENT),
        ("a.js", "s='.b{}/*\\n.a{color:red;display:flex;background:url(URL)}*/'", COMMENT),
        ("a.js", "s='Do not set background: url(URL) in themes'", MESSAGE),
        ("a.js", "e.style='color:red; background:url(URL) no-repeat center center'", ""),
        ("a.js", "h='<p style=\"color:red;background:url(URL)\">x</p>'", ""),
        ("a.html", "<p style='color:red; background: url(URL) no-repeat center center'>x</p>", ""),
        ("a.html", "<p title='color:red; background: url(URL) no-repeat'>x</p>", SHOWN),
        ("a.css", "a[href^='URL'] {display:none}", PATTERN),
        ("a.css", "a[href='b'] {background:url('URL')}", ""),
        ("a.css", "@import 'URL';", ""),
        ("a.sql", "# Sequel Pro dump\n# URL\nSELECT 1;", COMMENT),
        ("a.sql", "-- URL\nSELECT 1;", COMMENT),
        ("a.sql", "INSERT INTO s VALUES (1,'URL');", ""),
        ("Service.v1.txt", "package x;\n  // URL\nclass A {}", COMMENT),
        ("servers.txt", "one\nURL\n", ""),
        ("servers.txt", "one\n//URL\n", ""),
        ("tiapp.xml", "<ti:app xmlns:ti='http://ti.test'><id>a</id><url>URL</url></ti:app>", METADATA),
        ("tiapp.xml", "<ti:app xmlns:ti='http://ti.test'><property name='s'>URL</property></ti:app>", ""),
        ("a.js", "x={_resolved:'URL',_shasum:'1'}", METADATA),
        ("a.js", "x={_npmOperationalInternal:{host:'URL'}}", METADATA),
        ("a.js", "x={dist:{shasum:'1',size:2,tarball:'URL'}}", METADATA),
        ("a.js", "x={dist:{shasum:'1'},tarball:'URL'}", ""),
        ("a.js", "x={tarball:'URL'}", ""),
        ("a.js", "credits:{text:'x',href:'URL'}", METADATA),
        ("a.js", "h='<p>See URL</p><!-- -->'", SHOWN),
        ("a.js", "h='<img src=\"URL\">'", ""),
        ("a.js", "h='<!-- URL -->'", COMMENT),
        ("a.js", "x='<e:Envelope xmlns:e=\"URL\">'", METADATA),
        ("a.js", "x='<to>URL</to><from/>'", ""),
        ("a.js", "eval('/* URL */ f()')", COMMENT),
        ("a.js", "eval('f(\"URL\")')", ""),
        ("a.js", 'src=\'"no use strict";' + "f();" * 300 + 'm={w:"No more spaces here: URL"}\'', MESSAGE),
        ("a.js", "src='(function(){" + "f();" * 300 + 'load("URL")})()\'', ""),
        ("a.js", "src='(function(){" + "f();" * 300 + "/* URL */})()'", COMMENT),
        ("a.js", "g='// URL\\nvoid main() {}'", COMMENT),
        ("a.js", "navigator='Mozilla/5.0 (compatible; ABot; +URL)'", USER_AGENT),
        ("a.js", "s='data:font/ttf;base64,URL'", tables.PICTURE),
        ("a.js", "`${a}URL`", ""),
        ("a.js", "<!DOCTYPE html><a title='URL'></a>", SHOWN),
        ("a.js~", "// URL", COMMENT),
        ("a.min.js.gz", "// URL", COMMENT),
        ("A.kt", "/** URL */ class A", COMMENT),
        ("a.css", "/* URL */", COMMENT),
        ("a.css", "a{b:url(URL)}", ""),
        ("a.css", "@import 'URL';", ""),
        ("a.scss", "// URL", COMMENT),
        ("a.less", "a{b:url('data:image/svg+xml;x=URL')}", tables.PICTURE),
        ("a.html", "<!-- URL -->", COMMENT),
        ("a.html", "<p>Visit URL</p>", SHOWN),
        ("a.html", "<option>URL</option>", ""),
        ("a.html", "<p>{{ 'URL' }}</p>", ""),
        ("a.html", "<a href='URL'>b</a>", ""),
        ("a.html", "<a target='_blank' href='URL'>b</a>", LINK),
        ("a.html", "<form action='URL' target='_blank'>", ""),
        ("a.html", "<a href='#' onclick=\"window.open('URL', '_system');\">b</a>", LINK),
        ("a.html", "<a href='#' onclick=\"window.open('URL', '_self');\">b</a>", ""),
        ("a.html", "<a href='#' onclick=\"load('URL')\">b</a>", ""),
        ("a.html", "<a ng-click=\"openInExternalBrowser('URL')\">b</a>", LINK),
        ("a.html", "<button (click)=\"openExternalBrowser('URL')\">b</button>", LINK),
        ("a.html", "<button @click=\"open('URL', '_system')\">b</button>", LINK),
        ("a.html", "<button ng-click=\"load('URL')\">b</button>", ""),
        ("a.js", "h='<a onclick=\"window.open(\\'URL\\', \\'_system\\');\">b</a>'", LINK),
        ("a.js", "h='<p><a href=\\'URL\\' target=\\'_blank\\'>b</a></p>'", LINK),
        ("a.js", 'r("a",{attrs:{href:"URL",target:"_blank",rel:"noopener"}},[e._v("b")])', LINK),
        ("a.js", '_c(\'a\',{staticClass:\'x\',attrs:{"target":"_blank","href":"URL"}})', LINK),
        ("a.js", 'createElementVNode("a", { href: "URL", target: "_blank" }, "b")', LINK),
        ("a.js", 'const _hoisted_1 = {\n  href: "URL",\n  target: "_blank"\n}', LINK),
        ("a.js", 'o.createElement("a",{className:"x",href:"URL",target:"_blank"},"b")', LINK),
        ("a.js", 'n.jsx("a",{href:"URL",target:"_blank",children:"b"})', LINK),
        ("a.js", 'n.jsx("a",{href:"URL",children:"b"})', ""),
        ("a.bundle", 'n.createElement(t.default,{style:s.a,href:"URL",text:"b"})', LINK),
        ("a.jsbundle", 'n.createElement(t.default,{text:"b",href:"URL/"+e.id,style:s})', LINK),
        ("a.js", 'n.createElement(t.default,{style:s.a,href:"URL",text:"b"})', ""),
        ("a.bundle", 'n.createElement(t.Image,{href:"URL/b.png",text:"b"})', ""),
        ("a.bundle", 'n.createElement("link",{rel:"x",href:"URL",text:"b"})', ""),
        ("a.bundle", 'x=[{id:1,title:"News",link:"URL",description:"All news"}]', LINK),
        ("a.bundle", 'x=[{id:1,link:"URL",description:"All news"}]', LINK),
        ("a.bundle", 'x={link:"URL",method:"get"}', ""),
        ("a.bundle", 'x={title:"News",link:"URL/feed.json"}', ""),
        ("a.bundle", 'x={title:"News",links:"URL"}', ""),
        ("a.js", 'x={title:"News",link:"URL"}', ""),
        ("a.bundle", 'n.createElement(t.default,{href:"URL",style:s},{text:"b"})', ""),
        ("a.js", 'x={href:"URL"};y={target:"_blank"}', ""),
        ("a.js", 'x={target:"_blank"};y={href:"URL"}', ""),
        ("a.js", 'x={hrefs:"URL",target:"_blank"}', ""),
        ("a.js", 'fetch("URL",{target:"_blank"})', ""),
        ("a.html", "<script src='URL'></script>", ""),
        ("a.html", "<script>// URL\n</script>", COMMENT),
        ("a.html", "<script>f('URL')</script>", ""),
        ("a.html", "<script src='a.js'> <!--URL--> </script>", COMMENT),
        ("a.html", "<script type='text/x-template'><b title='URL'></b></script>", SHOWN),
        ("a.html", '<script type=\'application/json\'>{"a": "URL"}</script>', ""),
        ("a.html", "<script type='x-shader'>// URL</script>", ""),
        ("a.html", "<style>/* URL */</style>", COMMENT),
        ("a.html", "<style>a{b:url(URL)}</style>", ""),
        ("a.html", "<input placeholder='URL'>", EXAMPLE),
        ("a.html", "<input placeholder='URL'><script>f(e.value||e.placeholder)</script>", ""),
        ("a.html", "<input placeholder='URL'><script>f($('#u').val()||$('#u').attr('placeholder'))</script>", ""),
        ("a.html", "<input placeholder='URL'><script>e.placeholder='x'</script>", EXAMPLE),
        ("a.html", "<div style='display: none'>URL</div>", ""),
        ("a.html", "<span hidden>URL</span>", ""),
        ("a.html", "<span hidden>See URL</span>", SHOWN),
        ("a.html", "<span>URL</span>", SHOWN),
        ("a.html", '<script src=\'a.js\'>{"api":"URL"}</script>', ""),
        ("a.html", "<script src='a.js'>f('URL')</script>", COMMENT),
        ("a.html", "<meta name='description-api' content='URL'>", ""),
        ("a.html", "<meta name='author' content='URL'>", METADATA),
        ("a.html", "<div prefix-url='URL'></div>", ""),
        ("a.html", "<div prefix='og: URL'></div>", METADATA),
        ("a.xml", "<settings><license>URL</license></settings>", ""),
        ("a.xml", "<book><author>a</author><license>URL</license></book>", METADATA),
        ("nodejs-project/a.js", "u=typeof window==='undefined'?'URL':'/api'", ""),
        ("a.html", "<meta property='og:url' content='URL'>", METADATA),
        ("a.html", "<meta name='api' content='URL'>", ""),
        ("a.html", "<meta content=\"default-src 'self' URL\">", ""),
        ("a.html", "<meta http-equiv='Content-Security-Policy' content=\"script-src 'self' URL\">", PERMITTED),
        ("a.html", "<meta http-equiv='refresh' content='0;url=URL'>", ""),
        ("a.html", "<link rel='license' href='URL'>", METADATA),
        ("a.html", "<link rel='apple-touch-icon' href='URL'>", METADATA),
        ("a.html", "<link rel='icon' href='URL'>", METADATA),
        ("a.html", "<link rel='shortcut icon' href='URL'>", METADATA),
        ("a.html", "<link rel='preload icon' href='URL'>", ""),
        ("a.html", "<link rel='iconset' href='URL'>", ""),
        ("a.js", "a={iss:`URL/${r}`,aud:r}", ISSUER),
        ("a.js", "t=new RegExp('^URL','i')", PATTERN),
        ("a.js", "t=RegExp( 'URL')", PATTERN),
        ("a.js", "t=useRegExp('URL')", ""),
        ("a.js", "t=RegExp(a, 'URL')", ""),
        ("a.js", "get(u,{headers:{'user-agent':'Shop (URL)'}})", USER_AGENT),
        ("a.js", 'get(u,{headers:{"User-Agent":"URL"}})', USER_AGENT),
        ("a.js", "get(u,{userAgents:'URL'})", ""),
        ("a.js", "var name='a',\n    homepage = 'URL';", METADATA),
        ("a.js", 'var author = {"name":"a","url":"URL"};', METADATA),
        ("a.js", "var homepages = ['URL'];", ""),
        ("a.js", "var homepage='URL';g(homepage+'v1')", ""),
        ("a.js", "var homepage='URL';g(`${homepage}v1`)", ""),
        ("a.js", "var homepage='URL';var p={homepage:homepage,version:v}", METADATA),
        ("a.js", "const a='MIT',h='URL',c={version:'1.0',license:a,homepage:h};g(h+'v1')", ""),
        ("a.js", "const a='MIT',h='URL';var c={name:b,version:'1.0',license:a,homepage:h,main:d}", METADATA),
        ("a.js", "const h={url:'URL'};var c={version:'1.0',license:a,bugs:h,homepage:d}", METADATA),
        ("a.js", "const h='URL';var c={version:'1.0',license:a,homepage:d},e={url:h}", ""),
        ("a.js", "const h='URL';var c={version:'1.0',homepage:h}", ""),
        ("metadata/en-US/marketing_url.txt", "URL", METADATA),
        ("a.app/metadata/android/de/full_description.txt", "Text URL", METADATA),
        ("metadata/en-US/servers.txt", "URL", ""),
        ("assets/metadata/de/video.txt", "URL", ""),
        ("assets/metadata/de/name.txt", "URL", ""),
        ("fastlane/metadata/android/de/video.txt", "URL", METADATA),
        ("res/drawable/a.png", "URL\n", ""),
        ("res/drawable/a.png", "version https://git-lfs.github.com/spec/v1\nURL\n", MISNAMED),
        ("metadata/support_url.txt", "URL", ""),
        ("a.js", "var page = {url: 'URL'};", ""),
        ("a.js", "x={comment:'PoA',url:'URL',genesis:{hash:'1'}}", METADATA),
        ("a.js", "x={url:'URL',hash:'1'}", ""),
        ("a.js", "t='a{background:url(data:image/svg+xml;base64,PD94URL)}'", tables.PICTURE),
        ("a.js", "t='a{background:url(data:image/svg+xml;base64,PD94)}';u='URL'", ""),
        ("a.js", "f('a plugin \\u5DF2\\u7ECF \\u8FC1\\u79FB:\\nURL')", MESSAGE),
        ("a.js", "t.href='URL',t.className='by',t.target='_blank'", LINK),
        ("a.js", "var anchor = f();\nanchor.target = '_blank';\nanchor.href = 'URL';", LINK),
        ("a.js", "t.href='URL';u.target='_blank'", ""),
        ("a.js", "location.href='URL'", ""),
        ("a.js", 'e.exports=JSON.parse(\'{"$id":"URL","a":1}\')', NAMESPACE),
        ("a.js", 'e.exports=JSON.parse(\'{"name":"a","version":"1","license":"b","url":"URL"}\')', METADATA),
        ("a.js", 'e.exports=JSON.parse(\'{"api":"URL"}\')', ""),
        (
            "a.js",
            'e.exports=JSON.parse("{\\"version\\":\\"1\\",\\"license\\":\\"MIT\\",\\"homepage\\":\\"URL\\"}")',
            METADATA,
        ),
        ("a.js", "a={miss:`URL/${r}`,aud:r}", ""),
        ("a.js", "auth({client_id: c, redirect_uri: 'URL'})", REDIRECT),
        ("a.js", 'a={"clientId":"1","redirectUrl":"URL"}', REDIRECT),
        ("a.json", '{"RedirectUri":"URL"}', REDIRECT),
        ("a.xml", '<a><SinaWeibo RedirectUri="URL"/></a>', REDIRECT),
        ("a.xml", '<a><SinaWeibo CallUri="URL"/></a>', ""),
        ("a.xsd", '<xs:schema targetNamespace="URL"/>', METADATA),
        ("a.properties", "weibo.redirect_url=URL", REDIRECT),
        ("a.properties", "redirects=URL", ""),
        ("core/jacoco.properties", "homeUrl=URL", METADATA),
        ("res/drawable-mdpi/folder.png", '<html><img src="URL"></html>', MISNAMED),
        ("res/raw/folder.png", '<html><img src="URL"></html>', ""),
        ("assets/sounds/04-grinder.MP3", '\n<!DOCTYPE html><html><script src="URL"></script></html>', SAVED_PAGE),
        ("assets/sounds/list.mp3", '{"next": "URL"}', ""),
        ("assets/sounds/mp3.html", '<!DOCTYPE html><html><script src="URL"></script></html>', ""),
        ("a.js", 'a={"issuer":"URL"}', ""),
        ("a.js", "f(redirectUri,'URL')", ""),
        ("a.js", "var redirect_uri = 'URL';", REDIRECT),
        ("a.js", "this.redirectUri='URL'", REDIRECT),
        ("a.js", "if(redirectUri=='URL'){}", COMPARED),
        ("a.js", "var redirectUrl = 'URL'; location = redirectUrl", ""),
        ("a.js", "window.weibo.init('12', 'URL');", REDIRECT),
        ("a.js", "window.shop.init('12', 'URL');", ""),
        ("a.css", "@font-face{src:url('data:application/octet-stream;base64,URL')}", tables.PICTURE),
        ("a.css", "@import url('data:text/css;base64,URL')", ""),
        ("a.html", "<link rel='alternate stylesheet' href='URL'>", ""),
        ("a.html", "<link rel='preconnect' href='URL'>", ""),
        ("a.xml", "<a><!-- URL --></a>", COMMENT),
        ("a.xml", "<a>URL</a>", ""),
        ("a.xml", "<a b='URL'/>", ""),
        ("a.xml", "<a xmlns:b='URL'/>", METADATA),
        ("a.xml", "<license>URL</license>", METADATA),
        ("config.xml", "<widget><author href='URL'/></widget>", METADATA),
        ("config.xml", "<widget><feature name='URL'/></widget>", METADATA),
        ("config.xml", "<widget><content src='URL'/></widget>", ""),
        ("config.xml", "<widget><description>See URL</description></widget>", METADATA),
        ("config.xml", "<widget><plugin name='a' spec='URL'/></widget>", METADATA),
        ("config.xml", "<widget><plugin name='a'><variable name='HOST' value='URL'/></plugin></widget>", ""),
        ("config.xml", "<widget><preference name='UpdateApi' value='URL'/></widget>", ""),
        ("other.xml", "<a><description>URL</description></a>", ""),
        ("config.xml", "<widget><access origin='URL'/></widget>", PERMITTED),
        ("config.xml", "<widget><allow-navigation href='URL/*'/></widget>", PERMITTED),
        ("routes.xml", "<routes><access origin='URL'/></routes>", ""),
        ("pom.xml", "<project xmlns='http://maven.apache.org/POM/4.0.0'><url>URL</url></project>", METADATA),
        ("a.svg", "<svg><metadata>URL</metadata></svg>", tables.PICTURE),
        ("a.html", "<svg></svg><b onclick=\"open('URL')\">", ""),
        ("a.svg", "<svg><image href='URL'/></svg>", ""),
        ("package.json", '{"name": "a", "version": "1", "license": "MIT", "bugs": {"url": "URL"}}', METADATA),
        ("package.json", '{"name": "a", "version": "1", "license": "MIT", "api": "URL"}', ""),
        ("lib/package.json", '{"name": "a", "url"           : "URL"}', METADATA),
        ("bower.json", '{"name": "a", "authors": [{"name": "b", "twitter": "URL"}]}', METADATA),
        ("lib/composer.json", '{"name": "a", "authors": [{"web": "URL"}]}', METADATA),
        ("composer.json", '{"name": "a", "server": "URL"}', ""),
        ("config.json", '{"name": "a", "web": "URL"}', ""),
        ("a.json", '{"api": "URL"}', ""),
        ("a.json", '{"help": "Read the page URL for help"}', MESSAGE),
        ("a.json", '{"lockfileVersion": 1, "a": "URL"}', METADATA),
        ("a.js", "await Browser.open({url:'URL'})", LINK),
        ("a.js", "t.Browser.open({ 'url': 'URL', windowName: w })", LINK),
        ("a.js~HEAD", "/* URL */f()", COMMENT),
        ("a.js~HEAD", "f('URL')", ""),
        ("a.js", "switch(u){case 'URL':f()}", COMPARED),
        ("a.js", 'switch(u){case"URL":f()}', COMPARED),
        ("a.js", "if(u === 'URL') f()", COMPARED),
        ("a.js", "if(u === 'URL') fetch(u)", ""),
        ("a.js", "if(u === 'URL') fetch(u.id)", COMPARED),
        ("a.js", "if(u === 'URL') fetch(v)", COMPARED),
        ("a.js", "'URL' == u && (location.href=u)", ""),
        ("a.js", "if(u!=='URL') fetch(u)", COMPARED),
        ("a.js", "if(u.indexOf('URL')===0) x.open('GET',u)", ""),
        ("a.js", "if(u.startsWith('URL')) window.open(u)", COMPARED),
        ("a.js", "u!='URL'+id&&f()", COMPARED),
        ("a.js", "'URL'===u?f():g()", COMPARED),
        ("a.js", "u==='a'?'URL':b", ""),
        ("a.js", "u='URL'", ""),
        ("a.js", "u=>'URL'", ""),
        ("a.js", "u>='URL'", ""),
        ("a.js", "window.open('URL', '_system')", LINK),
        ("a.js", 'cordova.InAppBrowser.open("URL","_system","location=yes")', LINK),
        ("a.js", "window.open('URL')", ""),
        ("a.js", "x.open('GET', 'URL')", ""),
        ("a.js", "reopen('URL','_system')", ""),
        ("a.js", "MyBrowser.open({url:'URL'})", ""),
        ("a.js", "fetch('URL','_system')", ""),
        ("a.js", "var k={type:'git',url:'git+URL'}", METADATA),
        ("a.txt", "git+URL", METADATA),
        ("a.properties", "# URL\n", COMMENT),
        *((file, "A=x\n#OLD=URL\n", COMMENT) for file in (".env", ".env.production", "env.local", "a/.env.staging")),
        *((file, "A=URL\n", "") for file in (".env", ".env.production", "env.local", "environment")),
        ("a.properties", "url=URL\n", ""),
        ("cacert.pem", "##\n## URL\n", COMMENT),
        ("a.xsd", "<xsd:schema><xsd:documentation>URL</xsd:documentation></xsd:schema>", METADATA),
        ("a.xml", "<config><server>URL</server></config>", ""),
        ("about.html", "<html>The Eclipse Foundation makes available all content<a href='URL'>", tables.LICENCE),
        ("about.html", "<html>The shop makes available all content<a href='URL'>", ""),
        ("cacert.pem", "url=URL\n", ""),
        ("a.yml", "a: 1 # URL\n", COMMENT),
        ("pubspec.yml", "name: a\nversion: 1.0\nhomepage: URL\n", METADATA),
        ("a.yml", "homepage: URL\n", ""),
        ("a.properties", "name=shop\nproject_url=URL\n", ""),
        ("os-release.conf", "NAME=a\nVERSION=1\nhome_url=URL\n", METADATA),
        (".env", "project_url=URL\nPROJECT_KEY=1\n", ""),
        ("a.ini", "; URL\n", COMMENT),
        ("yarn.lock", '  resolved "URL"\n', METADATA),
        ("README.md", "URL", tables.DOCUMENT),
        ("a.glsl", "// URL", tables.PICTURE),
        ("a", LICENCE + "URL", tables.LICENCE),
        ("a", "URL", ""),
        ("servers.txt", "URL\n", ""),
        ("a", "<html><p>URL</p>", SHOWN),
        ("a.html", "<html><!-- Generated by javadoc (1.8) on Mon --><img src='URL'>", tables.DOCUMENT),
        (
            "a.html",
            "<html><script>if (location.href.indexOf('is-external=true') == -1) {}</script><img src='URL'>",
            tables.DOCUMENT,
        ),
        ("a.html", "<html><script>if (location.href.indexOf('external') == -1) {}</script><img src='URL'>", ""),
        ("Parser.cup", "/**\n * URL\n */\nnon terminal x;", COMMENT),
        ("a.html", "<html><!-- Generated by a tool --><img src='URL'>", ""),
        ("a.map", "# see\n#    URL\n", COMMENT),
        ("mime.types", "# see\nhost=URL # main\n", ""),
        ("servers", "URL\n# URLs\n", ""),
        ("list.m3u8", '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="URL"\n', ""),
        ("a.ftl", "<#-- by (URL) -->\n<#if a>x</#if>", COMMENT),
        ("a.ftl", "<#if a><a b='URL'></#if>", ""),
        ("a.jsp", "<%-- URL --%><p>", COMMENT),
        ("a.jsp", "<%-- <img src='URL'>", ""),
        ("a.xsd", SCHEMA + "<xs:documentation>URL</xs:documentation></xs:schema>", METADATA),
        ("a.xml", SCHEMA.replace("xs:", "") + "<documentation><p>URL</p></documentation></schema>", METADATA),
        ("a.xml", '<schema xmlns="urn:x"><server>URL</server></schema>', ""),
    ],
)
def test_places_of_a_url(file: str, text: str, expected: str) -> None:
    assert reason(file, text.replace("URL", URL)) == expected


@each(
    ("text", "expected"),
    [
        ("p=new URL(e.uri,'http://a.test').searchParams", BASE),
        ('p = new URL( path , "http://a.test" ).pathname', BASE),
        ("p=new URL(path,'http://a.test').href", ""),
        ("p=new URL('http://a.test').searchParams", ""),
        ("p=new URL(path,'http://a.test');fetch(p)", ""),
    ],
)
def test_a_base_of_which_only_the_path_or_query_is_read(text: str, expected: str) -> None:
    assert reason("a.js", text, "http://a.test") == expected


@each(
    ("before", "expected"),
    [
        ("Linking.openURL('", LINK),
        ("(0,n.default).openURL( '", LINK),
        ("Linking.canOpenURL('", LINK),
        ("openURL('", ""),
        ("Linking.openURL(e,'", ""),
    ],
)
def test_an_address_that_a_script_opens_is_a_link(before: str, expected: str) -> None:
    assert reason("a.js", f"{before}{URL}')") == expected


def test_sources_in_a_source_map() -> None:
    text = json.dumps(MAP)
    assert [reason("a.js.map", text, f"{URL}{n}") for n in range(1, 5)] == [COMMENT, "", COMMENT, ""]


def test_names_in_a_source_map_are_metadata() -> None:
    assert reason("a.map", json.dumps(MAP | {"sources": [URL, "b.css"]}), URL) == METADATA


def test_a_text_above_the_limit_is_kept() -> None:
    data = b"// http://a.test" + b" " * (16 * 1024 * 1024)
    assert TextPlaces("a.js", data).reason(3) == ""


def test_strings_inside_strings_end_at_a_depth() -> None:
    text = f"// {URL}"
    for _ in range(6):
        text = f"eval({json.dumps(text)})"
    assert reason("a.js", text) != COMMENT


FILES = ["a.js", "a.css", "a.html", "a.xml", "a.json", "a.map", "a.yml", "a.md", "a", "a.svg", "a.glsl"]
PARTS = [
    "//", "/*", "*/", "'", '"', "`", "${", "}", "{", "\\", "\n", "<!--", "-->", "<a ", "href=", ">", "<script>",
    "</script>", "<style>", "url(", ")", "http://a.test", "eval(", '"sourcesContent":[', '"mappings"', '"sources"',
    "see the ", "# ",
    "{{", "\u00e9", "\\u00e9", "<svg ", "&", "com.ac", "edu.ac", "gov.ac",
]  # fmt: skip


@each(
    ("before", "reason"),
    [
        ("\0\1;\n/**\n * It is replaced by the file in\n *   ", COMMENT),
        ("\0\1;\n/* It is replaced. */\n * ", ""),
        ("\0/*\0 * ", ""),
        ("\n * ", ""),
        ("/**\n * It is replaced.\n", ""),
        (f"/*{'a' * 4000}\n * ", ""),
    ],
    ids=["comment", "ended", "not text", "no beginning", "no sign", "too long"],
)
def test_a_comment_of_a_script_in_a_file_of_many(before: str, reason: str) -> None:
    """As in the resources of a web view."""
    assert TextPlaces("assets/a.pak", f"{before}{URL}\n".encode(), binary=True).reason(len(before)) == reason


@given(st.sampled_from(FILES), st.lists(st.sampled_from(PARTS)), st.booleans())
def test_every_place_has_an_answer(file: str, parts: list[str], binary: bool) -> None:
    data = "".join(parts).encode()
    places = TextPlaces(file, data, binary=binary)
    assert all(isinstance(places.reason(offset), str) for offset in range(len(data) + 1))


@given(st.sampled_from(FILES), st.binary(max_size=300))
def test_any_bytes_have_an_answer(file: str, data: bytes) -> None:
    places = TextPlaces(file, data)
    assert all(isinstance(places.reason(offset), str) for offset in range(0, len(data) + 1, 7))


@pytest.mark.parametrize(
    ("file", "before", "unit"),
    [
        ("a.js", "", '"http://a.test",'),
        ("a.js", '"', "http://a.test </a>\\n"),
        ("a.js", '"', "http://a.test words and "),
        ("a.html", "<p ", ' a="http://a.test"'),
        ("a.html", "<script type=text/template>", "<b>http://a.test"),
        ("a.html", "<style>", " url(http://a.test)"),
        ("a.map", '{"mappings":"","sources":[],"sourcesContent":["', "http://a.test\\n"),
        ("a.json", '{"name":1,"version":1,"license":[', '{"http://a.test'),
    ],
)
def test_many_urls_in_one_token_cost_linear_time(file: str, before: str, unit: str) -> None:
    def work(data: bytes) -> None:
        places = TextPlaces(file, data)
        at = data.find(b"http")
        while at >= 0:
            places.reason(at)
            at = data.find(b"http", at + 1)

    assert_linear(lambda size: (before + unit * (size // len(unit))).encode(), work, 20_000)


@each(
    ("file", "text", "expected"),
    [
        ("index.android.bundle", 'new T(k,"SCRIPT?onload=%{onload}")', PAGE_SCRIPT),
        ("main.jsbundle", "u='SCRIPT'", PAGE_SCRIPT),
        ("main.jsbundle", "u=`SCRIPT?render=${key}`", PAGE_SCRIPT),
        ("main.jsbundle", "html='<html><script src=\"SCRIPT\"></script></html>'", ""),
        # A web view shows what the script puts together.
        ("main.jsbundle", "u='SCRIPT';h='<script src=\"'+u+'\"></script>'", ""),
        ("main.jsbundle", "u='SCRIPT';h=`<html><script async src=\"${u}\"></script>`", ""),
        ("main.jsbundle", "u='SCRIPT';h=\"<script src=\\\"\".concat(u,'\">')", ""),
        ("main.jsbundle", "u='SCRIPT';j=\"var s=document.createElement('script');s.src='\"+u+\"'\"", ""),
        ("main.jsbundle", "u='SCRIPT';s.setAttribute('src',u);i.src=''+v", PAGE_SCRIPT),
        ("main.jsbundle", "fetch('SCRIPT')", ""),
        ("main.jsbundle", "source:{uri:'SCRIPT'}", ""),
        ("main.jsbundle", "u='SCRIPT.map'", ""),
        ("www/app.js", 'new T(k,"SCRIPT?onload=%{onload}")', ""),
    ],
)
@each(
    "script",
    [
        "https://www.google.com/recaptcha/enterprise.js",
        "https://apis.google.com/js/api.js",
        "https://connect.facebook.net/en_US/sdk.js",
        "https://accounts.google.com/gsi/client",
    ],
)
def test_react_native_loads_no_script_for_pages(script: str, file: str, text: str, expected: str) -> None:
    data = text.replace("SCRIPT", script).encode()
    assert TextPlaces(file, data).reason(data.index(b"https")) == expected
