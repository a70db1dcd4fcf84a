(()=>{var a={api:{base:"https://b5.acme.test"}},t;fetch(((t=a==null?void 0:a.api)==null?void 0:t.base)+"/a");})();
