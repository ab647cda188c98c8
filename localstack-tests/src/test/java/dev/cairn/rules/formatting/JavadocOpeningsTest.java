package dev.cairn.rules.formatting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A Javadoc comment is read on its own, in a hover over a name. Its first sentence therefore names
 * its subject, and does not open with words that need the comment before it.
 */
class JavadocOpeningsTest {
  private static final List<String> REJECTED =
      List.of(
          "The same",
          "With which",
          "One that",
          "One of which",
          "Those",
          "That which",
          "Of a",
          "Of an",
          "Of the",
          "Whoever",
          "As if");

  /** These openings are clauses without a subject; they are rejected in shipped code. */
  private static final List<String> REJECTED_IN_MAIN =
      List.of("What", "Whatever", "Which", "Who", "Whose", "Its", "That", "Or", "Nobody", "Asked");

  private static final Pattern COMMENT = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);
  private static final Pattern LEADING_STAR = Pattern.compile("\\n\\s*\\*");
  private static final Pattern OPENING = opening(REJECTED);
  private static final Pattern OPENING_IN_MAIN = opening(REJECTED_IN_MAIN);

  private static Pattern opening(List<String> words) {
    return Pattern.compile("(?:^|<p>)\\s*(" + String.join("|", words) + ")\\b");
  }

  @Test
  void noJavadocOpensWithWordsThatNeedAnotherSentence() throws IOException {
    List<String> offenders = new ArrayList<>();
    for (Path source : Sources.all()) {
      String text = Files.readString(source);
      collect(source, text, OPENING, offenders);
      if (source.toString().contains("/src/main/")) {
        collect(source, text, OPENING_IN_MAIN, offenders);
      }
    }
    assertThat(offenders)
        .as("begin these with what the thing is or does, and name its subject")
        .isEmpty();
  }

  private static void collect(Path source, String text, Pattern rejected, List<String> offenders) {
    Matcher comment = COMMENT.matcher(text);
    while (comment.find()) {
      String sentences = LEADING_STAR.matcher(comment.group(1)).replaceAll("\n").strip();
      Matcher opening = rejected.matcher(sentences);
      while (opening.find()) {
        long line = text.substring(0, comment.start()).lines().count();
        offenders.add(Sources.name(source) + ":" + line + ": " + opening.group(1) + " …");
      }
    }
  }

  @Test
  void theseAreRejected() {
    assertThat(OPENING.matcher("The same, further on in the shard.").find()).isTrue();
    assertThat(OPENING.matcher("Loads a state.\n\n<p>Whoever asks is told.").find()).isTrue();
    assertThat(OPENING.matcher("The header of the entry that suspends it.").find()).isFalse();
    assertThat(OPENING.matcher("Offers one of the records.").find()).isFalse();
    assertThat(OPENING_IN_MAIN.matcher("What a user asks for.").find()).isTrue();
    assertThat(OPENING_IN_MAIN.matcher("Whatever is left.").find()).isTrue();
    assertThat(OPENING_IN_MAIN.matcher("A user's request.").find()).isFalse();
  }
}
