import {initializeApp} from "firebase/app";
import {getFirestore} from "firebase/firestore";
const project = "hermes-flow-7001";
const app = initializeApp({
  apiKey: "AIzaSyA0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", projectId: project, authDomain: project + ".firebaseapp.com",
  databaseURL: "https://" + project + "-default-rtdb.firebaseio.com", storageBucket: project + ".appspot.com",
});
export default getFirestore(app);
