(()=>{var e="https://b35.acme.test/search";fetch(e+"?"+new URLSearchParams({q:1}));})();
