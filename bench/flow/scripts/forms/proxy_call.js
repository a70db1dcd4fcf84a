(()=>{var s=(t,c)=>o("/rpc",{m:t,p:c}),o=(t,c)=>fetch(e+t,{method:"POST",body:JSON.stringify(c)}),e="https://b37.acme.test";s("a",{});})();
