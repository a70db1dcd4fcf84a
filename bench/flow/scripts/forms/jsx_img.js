(()=>{var e="https://b50.acme.test",t=()=>React.createElement(Image,{source:{uri:e+"/p.png"}});})();
