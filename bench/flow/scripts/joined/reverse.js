const h="tset.pohs.esrever".split("").reverse().join("");fetch(`https://${h}/v1`);
