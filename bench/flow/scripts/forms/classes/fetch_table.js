(()=>{var o="https://a35.acme.test/ft",t=s=>(e,c)=>fetch(o+e,{method:s,body:c}),a={get:t("GET"),post:t("POST")};a.get("/users");})();
