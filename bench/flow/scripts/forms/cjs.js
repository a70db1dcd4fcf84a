(()=>{var n={1:function(e,r,t){t.base="https://b44.acme.test"},2:function(e,r,t){var s=e(1);fetch(s.base+"/users")}};(function e(r){var t={exports:{}};return n[r](e,t,t.exports),t.exports})(2);})();
