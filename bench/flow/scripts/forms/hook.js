(()=>{var c=t=>{let[e,s]=useState();return useEffect(()=>{fetch("https://b25.acme.test"+t).then(s)},[t]),e},u=()=>c("/users");})();
