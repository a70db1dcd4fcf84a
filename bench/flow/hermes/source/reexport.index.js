export * from "./reexport.values";
export {BASE as ROOT} from "./reexport.values";
