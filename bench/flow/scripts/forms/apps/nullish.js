(()=>{var t=window.__CFG?.host??"nul.shop.test";fetch(`https://${t}/v1/z`);})();
