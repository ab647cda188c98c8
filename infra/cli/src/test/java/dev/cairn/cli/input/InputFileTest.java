package dev.cairn.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFileTest {
  @TempDir private Path folder;

  @Test
  void aCsvRowIsAnObjectOfItsNonEmptyCellsAsText() throws IOException {
    assertThat(read("in.csv", "a,b,c\n1,,x\n\"2,0\",\"say \"\"hi\"\"\",\"two\nlines\"\n"))
        .containsExactly(
            "{\"a\":\"1\",\"c\":\"x\"}",
            "{\"a\":\"2,0\",\"b\":\"say \\\"hi\\\"\",\"c\":\"two\\nlines\"}");
  }

  @Test
  void aRowOfEmptyCellsIsStillARecord() throws IOException {
    assertThat(read("in.csv", "a,b\n,\n")).containsExactly("{}");
  }

  @Test
  void theMarkOfUtf8IsNoPartOfTheFirstColumnsName() throws IOException {
    assertThat(read("in.csv", "\uFEFFa\nü\n")).containsExactly("{\"a\":\"ü\"}");
  }

  @Test
  void jsonLinesAreRecordsAsTheyAreAndBlankOnesAreNone() throws IOException {
    assertThat(read("in.jsonl", "{\"a\" : 1}\n\n[2]\n  \"x\"\n"))
        .containsExactly("{\"a\" : 1}", "[2]", "  \"x\"");
  }

  @Test
  void eitherMayBeCompressed() throws IOException {
    write("in.csv.gz", gzip("a\n1\n"));
    write("IN.JSON.GZ", gzip("{}\n"));
    assertThat(texts(InputFile.read(folder.resolve("in.csv.gz")))).containsExactly("{\"a\":\"1\"}");
    assertThat(texts(InputFile.read(folder.resolve("IN.JSON.GZ")))).containsExactly("{}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in.csv   | a,b;1,2;3       | row 2 (line 3) has 1 cells, the header has 2",
        "in.csv   | a,b;1,2,3       | row 1 (line 2) has 3 cells, the header has 2",
        "in.csv   | a,a;1,2         | no usable header",
        "in.csv   | a,;1,2          | no usable header",
        "in.csv   | a;\"1           | row 1 is malformed",
        "in.csv   | a               | has no records",
        "in.jsonl | {};{\"a\":;{}   | line 2 is not JSON",
        "in.jsonl | {};{} {}        | line 2 is not one JSON value",
        "in.jsonl | {};{            | line 2 is not JSON",
        "in.jsonl | ''              | has no records",
      })
  void whatIsMalformedIsNamedByItsPlace(String name, String lines, String message) {
    assertThatThrownBy(() -> read(name, lines.replace(';', '\n')))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void tabsSeparateCellsInATsvAndNdjsonIsJsonLines() throws IOException {
    assertThat(read("in.tsv", "id\tv,w\n1\ta\n2\t\"b\tc\"\n"))
        .containsExactly("{\"id\":\"1\",\"v,w\":\"a\"}", "{\"id\":\"2\",\"v,w\":\"b\\tc\"}");
    assertThat(read("y.ndjson", "{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3\"}\n"))
        .containsExactly("{\"id\":\"1\"}", "{\"id\":\"2\"}", "{\"id\":\"3\"}");
    write("y.NDJSON.gz", gzip("{\"id\":\"1\"}\n"));
    assertThat(texts(InputFile.read(folder.resolve("y.NDJSON.gz"))))
        .containsExactly("{\"id\":\"1\"}");
    assertThat(read("one.csv", "id\na\n")).containsExactly("{\"id\":\"a\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "in.csv     ~ {\"id\":\"1\"}           ~ begins with {, as JSON does, but its name"
            + " says that it is a table: name it .jsonl",
        "in.csv     ~ [1]                    ~ begins with [, as JSON does",
        "in.tsv     ~ {\"id\":\"1\"}           ~ begins with {, as JSON does",
        "array.json ~ [{\"id\":1},{\"id\":2}]  ~ line 1 begins an array, but a record is an"
            + " object: write one object per line, such as with jq -c '.[]'",
        "x.ndjson   ~ [                      ~ line 1 begins an array",
        "whole.json ~ {                      ~ write one value per line, such as with jq -c .",
        "in.txt     ~ a                      ~ has no known extension: convert it if"
            + " necessary, and name it .csv, .tsv, .jsonl, .ndjson or .json, each also with"
            + " .gz behind it",
        "in         ~ a                      ~ has no known extension",
        "in.csv.bz2 ~ a                      ~ has no known extension",
        "in.parquet ~ a                      ~ has no known extension",
        "in.csv     ~ a;b                    ~ one column, \"a;b\": its cells seem to be separated"
            + " by semicolons; separate them by commas (.csv) or tabs (.tsv)",
        "in.csv     ~ a|b                    ~ separated by bars",
        "in.tsv     ~ a,b                    ~ separated by commas; name it .csv",
      })
  void whatWouldBeMisreadIsRefusedWithWhatToDo(String name, String content, String message) {
    assertThatThrownBy(() -> read(name, content + "\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @Test
  void tabsInACsvAreRefused() {
    assertThatThrownBy(() -> read("tabs.csv", "id\tv\n1\ta\n"))
        .hasMessageContaining(
            "one column, \"id\\tv\": its cells seem to be separated by tabs; name it .tsv");
  }

  @Test
  void textThatIsNotUtf8IsRefused() throws IOException {
    write("in.csv", "a\nü\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> InputFile.read(folder.resolve("in.csv")))
        .hasMessageContaining("not text in UTF-8");
  }

  @Test
  void aFileThatIsNotThereOrNotCompressedAsItsNameSaysIsRefused() throws IOException {
    assertThatThrownBy(() -> InputFile.read(folder.resolve("none.csv")))
        .hasMessageContaining("is not a file");
    write("in.csv.gz", "a\n1\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> InputFile.read(folder.resolve("in.csv.gz")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("cannot be read");
  }

  private List<String> read(String name, String content) throws IOException {
    write(name, content.getBytes(StandardCharsets.UTF_8));
    return texts(InputFile.read(folder.resolve(name)));
  }

  private static List<String> texts(List<byte[]> records) {
    return records.stream().map(record -> new String(record, StandardCharsets.UTF_8)).toList();
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
