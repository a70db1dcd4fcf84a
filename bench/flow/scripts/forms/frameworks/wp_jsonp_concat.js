webpackJsonp([0],Array(12).concat([function(e,t,n){"use strict";t.base="https://w6.acme.test"},function(e,t,n){"use strict";var r=n(12);fetch(r.base+"/b")}]));
