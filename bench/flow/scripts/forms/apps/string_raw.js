(()=>{var t="sraw";fetch(String.raw`https://${t}.shop.test/v1`);})();
