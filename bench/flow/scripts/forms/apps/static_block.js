(()=>{var s=class t{static base;static{t.base="https://stb.shop.test"}static z(){return fetch(t.base+"/v1/z")}};s.z();})();
