// Runs D8 and R8 for many apps in one process: java -cp d8.jar Dexes.java LIST, where each line of LIST has the name of
// the compiler and its arguments, with tabs between them.
import com.android.tools.r8.*;
import com.android.tools.r8.origin.Origin;
import java.nio.file.*;
import java.util.*;

public class Dexes {
    public static void main(String[] args) throws Exception {
        int failed = 0;
        for (String line : Files.readAllLines(Paths.get(args[0]))) {
            String[] words = line.split("\t");
            String[] rest = Arrays.copyOfRange(words, 1, words.length);
            try {
                if (words[0].equals("D8")) D8.run(D8Command.parse(rest, Origin.root()).build());
                else R8.run(R8Command.parse(rest, Origin.root()).build());
            } catch (Exception e) { System.out.println("FAILED " + line + ": " + e + " " + e.getCause()); failed++; }
        }
        System.exit(failed == 0 ? 0 : 1);
    }
}
