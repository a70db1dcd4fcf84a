(()=>{function r({host:s,port:e=8443}){let t=`https://${s}:${e}`;return{users:()=>fetch(t+"/users")}}r({host:"b22.acme.test"}).users();})();
