webpackJsonp([1,4],[,,function(e,t,n){"use strict";n.d(t,"a",function(){return r});var r={apiUrl:"https://w5.acme.test/j"}},,function(e,t,n){"use strict";var r=n(2);fetch(r.a.apiUrl+"/a")}],[4]);
