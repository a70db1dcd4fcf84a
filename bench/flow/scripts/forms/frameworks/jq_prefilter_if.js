$.ajaxPrefilter(function(options){options.url="https://q3.acme.test/v1"+options.url;});$.post("/login",{u:1});
