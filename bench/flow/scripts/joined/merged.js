const d={host:"merged.shop.test",tls:"https"},c=Object.assign({},d,{path:"/v1"}),f={...c};fetch(f.tls+"://"+f.host+f.path);
