(()=>{async function e(){return{url:"https://a17.acme.test"}}async function c(){let t=await e();return{get:n=>fetch(t.url+n)}}c().then(t=>t.get("/af/z"));})();
