package dev.cairn.cli.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.jspecify.annotations.Nullable;

/**
 * Reads records from a file, whose extension determines its format. {@code .csv} and {@code .tsv}
 * have a header and cells separated by commas or tabs; each row becomes a JSON object of its
 * non-empty cells as text. {@code .jsonl}, {@code .ndjson} and {@code .json} have one JSON value
 * per line, which is the record. Each may be compressed ({@code .gz}). Text is UTF-8. A file that
 * would be misread is refused.
 */
public final class InputFile {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String NAMES =
      ".csv, .tsv, .jsonl, .ndjson or .json, each also with .gz behind it";
  private static final Set<String> JSON_LINES = Set.of("jsonl", "ndjson", "json");
  private static final CSVFormat CSV =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreEmptyLines(true)
          .setAllowMissingColumnNames(false)
          .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
          .get();

  private static final CSVFormat TSV = CSV.builder().setDelimiter('\t').get();

  private InputFile() {}

  /** Records one after the other; closing it closes the file. */
  public interface Records extends Closeable {
    /**
     * The next record's bytes; empty at the end.
     *
     * @throws InputException if it is malformed; names the row
     */
    Optional<byte[]> next();

    /** Returns how many bytes of the file on disk have been read. */
    long bytesRead();
  }

  /**
   * Reads all of it.
   *
   * @return the records' bytes, at least one
   * @throws InputException if there is no such file, or it is malformed; names the row
   */
  public static List<byte[]> read(Path file) {
    List<byte[]> all = new ArrayList<>();
    try (Records records = open(file)) {
      for (Optional<byte[]> next = records.next(); next.isPresent(); next = records.next()) {
        all.add(next.get());
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (all.isEmpty()) {
      throw new InputException(file + " has no records to feed");
    }
    return all;
  }

  /**
   * Opens it, to be read record by record.
   *
   * @throws InputException if there is no such file, or it has no usable header
   */
  public static Records open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException(
          file + " is not a file: give the path of a CSV with a header, or of JSON lines (.jsonl)");
    }
    String format = format(file);
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    boolean compressed = name.endsWith(".gz");
    try {
      CountingStream bytes = new CountingStream(Files.newInputStream(file));
      try {
        BufferedReader text = utf8(compressed ? new GZIPInputStream(bytes, 1 << 16) : bytes);
        Source source =
            JSON_LINES.contains(format)
                ? new JsonLines(file, text)
                : Csv.open(file, format.equals("tsv") ? TSV : CSV, text);
        return new OpenFile(file, bytes, source);
      } catch (IOException | RuntimeException e) {
        bytes.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Returns the format by the file's extension. */
  private static String format(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
    String format = plain.substring(plain.lastIndexOf('.') + 1);
    if (format.equals("csv") || format.equals("tsv") || JSON_LINES.contains(format)) {
      return format;
    }
    throw new InputException(
        file + " has no known extension: convert it if necessary, and name it " + NAMES);
  }

  private static InputException unreadable(Path file, IOException e) {
    return e instanceof CharacterCodingException
        ? new InputException(file + " is not text in UTF-8: convert it first", e)
        : new InputException(file + " cannot be read: " + e.getMessage(), e);
  }

  private interface Source {
    Optional<byte[]> next() throws IOException;
  }

  private record OpenFile(Path file, CountingStream bytes, Source source) implements Records {
    @Override
    public Optional<byte[]> next() {
      try {
        return source.next();
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    @Override
    public long bytesRead() {
      return bytes.count;
    }

    @Override
    public void close() throws IOException {
      bytes.close();
    }
  }

  private static final class CountingStream extends FilterInputStream {
    private long count;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }

  private static BufferedReader utf8(InputStream content) throws IOException {
    // An explicit decoder refuses malformed UTF-8; with the charset's name, Java would replace it.
    BufferedReader text =
        new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8.newDecoder()));
    text.mark(1);
    if (text.read() != '\uFEFF') {
      text.reset();
    }
    return text;
  }

  private static final class Csv implements Source {
    private final Path file;
    private final CSVParser parser;
    private final Iterator<CSVRecord> rows;
    private int read;

    private Csv(Path file, CSVParser parser) {
      this.file = file;
      this.parser = parser;
      this.rows = parser.iterator();
    }

    static Csv open(Path file, CSVFormat format, BufferedReader text) throws IOException {
      requireNoJson(file, text);
      try {
        CSVParser parser = CSVParser.parse(text, format);
        requireColumns(file, format, parser.getHeaderNames());
        return new Csv(file, parser);
      } catch (IllegalArgumentException e) {
        throw new InputException(
            file
                + " has no usable header: "
                + e.getMessage()
                + "; its first line must name each column once",
            e);
      }
    }

    private static void requireNoJson(Path file, BufferedReader text) throws IOException {
      text.mark(1);
      int first = text.read();
      text.reset();
      if (first == '{' || first == '[') {
        throw new InputException(
            file
                + " begins with "
                + (char) first
                + ", as JSON does, but its name says that it is a table: name it .jsonl, with"
                + " one JSON value per line");
      }
    }

    /** A header with one column usually has another separator. */
    private static void requireColumns(Path file, CSVFormat format, List<String> header) {
      if (header.size() != 1) {
        return;
      }
      for (Separator other : Separator.values()) {
        boolean isOther = !format.getDelimiterString().equals(other.text);
        if (isOther && header.getFirst().contains(other.text)) {
          throw new InputException(
              file
                  + " would be a table of one column, \""
                  + header.getFirst().replace("\t", "\\t")
                  + "\": its cells seem to be separated by "
                  + other.words
                  + "; "
                  + other.remedy);
        }
      }
    }

    @Override
    public Optional<byte[]> next() throws IOException {
      try {
        if (!rows.hasNext()) {
          return Optional.empty();
        }
        CSVRecord row = rows.next();
        List<String> header = parser.getHeaderNames();
        requireSize(row, header.size());
        read++;
        return Optional.of(json(header, row));
      } catch (UncheckedIOException e) {
        throw malformed(file, read + 1, e);
      } catch (CSVException e) {
        throw malformed(file, read + 1, e);
      }
    }

    private void requireSize(CSVRecord row, int columns) {
      if (row.size() != columns) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s: row %,d (line %,d) has %d cells, the header has %d: correct the row, or quote"
                    + " cells with commas",
                file,
                row.getRecordNumber(),
                parser.getCurrentLineNumber(),
                row.size(),
                columns));
      }
    }
  }

  private enum Separator {
    COMMA(",", "commas", "name it .csv"),
    TAB("\t", "tabs", "name it .tsv"),
    SEMICOLON(";", "semicolons", "separate them by commas (.csv) or tabs (.tsv)"),
    BAR("|", "bars", "separate them by commas (.csv) or tabs (.tsv)");

    private final String text;
    private final String words;
    private final String remedy;

    Separator(String text, String words, String remedy) {
      this.text = text;
      this.words = words;
      this.remedy = remedy;
    }
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

  private static final class JsonLines implements Source {
    private final Path file;
    private final BufferedReader text;
    private int number;
    private boolean begun;

    JsonLines(Path file, BufferedReader text) {
      this.file = file;
      this.text = text;
    }

    @Override
    public Optional<byte[]> next() throws IOException {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        number++;
        if (!line.isBlank()) {
          if (!begun) {
            requireNoArray(file, number, line);
          }
          begun = true;
          requireJson(file, number, line);
          return Optional.of(line.getBytes(StandardCharsets.UTF_8));
        }
      }
      return Optional.empty();
    }
  }

  /** A whole file with one array would be one record, or none if it is pretty-printed. */
  private static void requireNoArray(Path file, int number, String line) {
    if (line.stripLeading().startsWith("[")) {
      throw new InputException(
          file
              + ": line "
              + number
              + " begins an array, but a record is an object: write one object per line, such"
              + " as with jq -c '.[]' "
              + file
              + " > records.jsonl");
    }
  }

  private static void requireJson(Path file, int number, String line) throws IOException {
    try (JsonParser in = JSON.createParser(line)) {
      JsonToken start = in.nextToken();
      in.skipChildren();
      if (start == null || in.nextToken() != null) {
        throw new InputException(
            file + ": line " + number + " is not one JSON value: write one value per line");
      }
    } catch (JsonProcessingException e) {
      throw new InputException(
          file
              + ": line "
              + number
              + " is not JSON: "
              + e.getOriginalMessage()
              + "; write one value per line, such as with jq -c . "
              + file
              + " > records.jsonl",
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
