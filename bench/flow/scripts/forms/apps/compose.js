(()=>{var e=(...t)=>s=>t.reduce((c,p)=>p(c),s),h=t=>"https://"+t,o=t=>t+"/v1/u";fetch(e(h,o)("cmp.shop.test"));})();
