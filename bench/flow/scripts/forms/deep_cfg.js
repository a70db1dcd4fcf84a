(()=>{var s={app:{name:"x"},servers:{main:{proto:"https",host:"a65.acme.test",path:"/mobile"}}},{servers:{main:t}}=s,e=o=>t.proto+"://"+t.host+t.path+o;fetch(e("/sync"));})();
