(()=>{document.getElementById("f").src=`https://${["b48","acme","test"].join(".")}/w`;})();
