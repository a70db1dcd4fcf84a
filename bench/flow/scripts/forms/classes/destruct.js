(()=>{var t={api:{host:"a10.acme.test",paths:{list:"/d/list"}}};var{api:{host:s,paths:{list:a="/none"}={}}}=t;fetch("https://"+s+a);})();
