(()=>{var e=s=>({users:()=>fetch("https://"+s+"/users")}),t=e("b23.acme.test");t.users();})();
