package dev.cairn.local.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.jspecify.annotations.Nullable;

/**
 * Records from a file: CSV with a header, each row as a JSON object of its non-empty cells as text;
 * or JSON lines ({@code .jsonl}, {@code .json}), each as it is. Either may be compressed ({@code
 * .gz}). Text is UTF-8.
 */
public final class InputFile {
  private static final JsonFactory JSON = new JsonFactory();
  private static final CSVFormat CSV =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreEmptyLines(true)
          .setAllowMissingColumnNames(false)
          .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
          .get();

  private InputFile() {}

  /**
   * Reads all of it.
   *
   * @return the records' bytes, at least one
   * @throws InputException if there is no such file, or it is malformed; names the row
   */
  public static List<byte[]> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          file + " is not a file: give the path of a CSV with a header, or of JSON lines (.jsonl)");
    }
    List<byte[]> records = records(file);
    if (records.isEmpty()) {
      throw new InputException(file + " has no records: nothing can be fed");
    }
    return records;
  }

  private static List<byte[]> records(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    boolean compressed = name.endsWith(".gz");
    String plain = compressed ? name.substring(0, name.length() - ".gz".length()) : name;
    boolean lines = plain.endsWith(".jsonl") || plain.endsWith(".json");
    try (InputStream bytes = Files.newInputStream(file);
        InputStream content = compressed ? new GZIPInputStream(bytes, 1 << 16) : bytes;
        BufferedReader text = utf8(content)) {
      return lines ? jsonLines(file, text) : csv(file, text);
    } catch (CharacterCodingException e) {
      throw new InputException(file + " is not text in UTF-8: convert it first", e);
    } catch (IOException e) {
      throw new InputException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static BufferedReader utf8(InputStream content) throws IOException {
    // A decoder of its own refuses what is no UTF-8; the charset's name would replace it.
    BufferedReader text =
        new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8.newDecoder()));
    text.mark(1);
    if (text.read() != '\uFEFF') {
      text.reset();
    }
    return text;
  }

  private static List<byte[]> csv(Path file, Reader text) throws IOException {
    List<byte[]> records = new ArrayList<>();
    try (CSVParser parser = CSVParser.parse(text, CSV)) {
      List<String> header = parser.getHeaderNames();
      for (CSVRecord row : parser) {
        if (row.size() != header.size()) {
          throw new InputException(
              String.format(
                  Locale.ROOT,
                  "%s: row %,d (line %,d) has %d cells, the header has %d: correct the row, or quote cells with commas",
                  file,
                  row.getRecordNumber(),
                  parser.getCurrentLineNumber(),
                  row.size(),
                  header.size()));
        }
        records.add(json(header, row));
      }
    } catch (UncheckedIOException e) {
      throw malformed(file, records.size() + 1, e);
    } catch (CSVException e) {
      throw malformed(file, records.size() + 1, e);
    } catch (IllegalArgumentException e) {
      throw new InputException(
          file
              + " has no usable header: "
              + e.getMessage()
              + "; its first line must name each column once",
          e);
    }
    return records;
  }

  private static byte[] json(List<String> header, CSVRecord row) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      for (int i = 0; i < header.size(); i++) {
        if (!row.get(i).isEmpty()) {
          out.writeStringField(header.get(i), row.get(i));
        }
      }
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static List<byte[]> jsonLines(Path file, BufferedReader text) throws IOException {
    List<byte[]> records = new ArrayList<>();
    int number = 0;
    for (String line = text.readLine(); line != null; line = text.readLine()) {
      number++;
      if (!line.isBlank()) {
        requireJson(file, number, line);
        records.add(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return records;
  }

  private static void requireJson(Path file, int number, String line) throws IOException {
    try (JsonParser in = JSON.createParser(line)) {
      JsonToken start = in.nextToken();
      in.skipChildren();
      if (start == null || in.nextToken() != null) {
        throw new InputException(
            file + ": line " + number + " is not one JSON value: write one value a line");
      }
    } catch (JsonProcessingException e) {
      throw new InputException(
          file
              + ": line "
              + number
              + " is not JSON: "
              + e.getOriginalMessage()
              + "; write one value a line",
          e);
    }
  }

  private static InputException malformed(Path file, int row, Exception cause) {
    return new InputException(
        String.format(Locale.ROOT, "%s: row %,d is malformed: %s", file, row, reason(cause)),
        cause);
  }

  private static @Nullable String reason(Exception failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure.getMessage() : cause.getMessage();
  }
}
