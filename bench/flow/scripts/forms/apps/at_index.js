(()=>{var t=["x.shop.test","at.shop.test"];fetch(`https://${t.at(-1)}/v1/u`);})();
