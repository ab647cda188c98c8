package dev.cairn.directory;

import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Checkpoint files in a directory of one machine, for development.
 *
 * <p>A file is written under a temporary name, forced to disk, and then linked to its own name,
 * which the file system refuses if that name exists. A file is therefore visible as a whole or not
 * at all, and one of several concurrent writers wins, also across processes. The file system must
 * support hard links. Temporary names contain a {@code ~}, which no {@link FilePath} contains.
 *
 * <p>Symbolic links below the root are refused, so no relative path leads out of it. An absolute
 * path, {@code file:///directory/…}, names a file of this machine wherever it is.
 */
public final class DirectoryFileStorage implements FileStorage {
  private static final String SCHEME = "file";
  private static final String TEMPORARY = "~";

  private final Path root;

  /** Stores files below {@code root}, which is created with the first file if it does not exist. */
  public DirectoryFileStorage(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * Returns the absolute path of a local file or directory.
   *
   * @throws IllegalArgumentException if one of its names is not allowed in a {@link FilePath}
   */
  public static FilePath pathOf(Path file) {
    return namesOf(file.toAbsolutePath().normalize())
        .map(names -> new FilePath(SCHEME + ":///" + names))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\""
                        + file
                        + "\" has a part that is not a plain file name: only A-Z a-z 0-9 _ . - can be"
                        + " part of a checkpoint's path; choose another directory"));
  }

  @Override
  public FilePath normalize(FilePath path) {
    return path.absolute()
        .filter(absolute -> absolute.scheme().equals(SCHEME))
        .map(absolute -> Path.of("/" + absolute.names()))
        .filter(file -> file.startsWith(root) && !file.equals(root))
        .flatMap(file -> namesOf(root.relativize(file)))
        .map(FilePath::new)
        .orElse(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    Sha256 actual = Sha256.of(bytes);
    if (!actual.equals(sha256)) {
      throw new StorageException(
          "cannot put "
              + path
              + ": its SHA-256 is "
              + actual
              + ", not "
              + sha256
              + " as expected: send the bytes again");
    }
    try {
      Path target = resolve(path);
      Path folder = parentOf(target);
      Files.createDirectories(folder);
      Path temporary = folder.resolve(TEMPORARY + UUID.randomUUID());
      try {
        write(temporary, bytes);
        return link(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (UnsupportedOperationException e) {
      throw new StorageException(
          "cannot put "
              + path
              + ": the file system of "
              + root
              + " has no hard links; choose a directory on another",
          e);
    } catch (IOException e) {
      throw failed("put", path, e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  private static Put link(Path temporary, Path target) throws IOException {
    try {
      Files.createLink(target, temporary);
    } catch (FileAlreadyExistsException e) {
      return Put.ALREADY_EXISTS;
    }
    force(parentOf(target));
    return Put.CREATED;
  }

  private static Path parentOf(Path target) {
    return Objects.requireNonNull(target.getParent(), "every file is below the root");
  }

  /** Makes the new name durable. Windows does this itself, and cannot open a directory. */
  private static void force(Path folder) throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    Path file = resolve(path);
    if (!isFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("get", path, e);
    }
  }

  @Override
  public Optional<InputStream> open(FilePath path) {
    Path file = resolve(path);
    if (!isFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("open", path, e);
    }
  }

  /**
   * Reads the file to compute its checksum, because file systems store none. The result describes
   * the current bytes.
   */
  @Override
  public Optional<Stored> head(FilePath path) {
    Path file = resolve(path);
    if (!isFile(file)) {
      return Optional.empty();
    }
    try {
      Instant lastModified = Files.getLastModifiedTime(file).toInstant();
      byte[] bytes = Files.readAllBytes(file);
      return Optional.of(
          new Stored(normalize(path), bytes.length, Optional.of(Sha256.of(bytes)), lastModified));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("head", path, e);
    }
  }

  private static boolean isFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** Lists files by path, without checksums, for which every file would have to be read. */
  @Override
  public List<Stored> list(FilePath folder) {
    return list(folder, Optional.empty());
  }

  @Override
  public List<Stored> listExcept(FilePath folder, String name) {
    return list(folder, Optional.of(resolve(folder.resolve(FilePath.of(name)))));
  }

  private List<Stored> list(FilePath folder, Optional<Path> except) {
    List<Stored> files = new ArrayList<>();
    Path within = resolve(folder);
    try {
      Files.walkFileTree(
          within,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
              return except.filter(dir::equals).isPresent()
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                // Temporary files are not listed.
                namesOf(within.relativize(file))
                    .map(names -> normalize(folder.resolve(new FilePath(names))))
                    .map(path -> stored(path, attributes))
                    .ifPresent(files::add);
              }
              return FileVisitResult.CONTINUE;
            }

            // Another process has deleted the file since its folder was read.
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
    files.sort(Comparator.comparing(Stored::path));
    return List.copyOf(files);
  }

  private static Stored stored(FilePath path, BasicFileAttributes attributes) {
    return new Stored(
        path, attributes.size(), Optional.empty(), attributes.lastModifiedTime().toInstant());
  }

  /**
   * Returns the names of a path, joined by {@code /}; empty for a path without names, or with names
   * that no {@link FilePath} has, such as those of temporary files.
   */
  private static Optional<String> namesOf(Path path) {
    List<String> names = new ArrayList<>();
    path.forEach(name -> names.add(name.toString()));
    try {
      return Optional.of(FilePath.of(names.toArray(String[]::new)).value());
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  @Override
  public void delete(FilePath path) {
    try {
      Path file = resolve(path);
      // Empty folders are kept, so that no writer loses its folder.
      if (isFile(file)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw failed("delete", path, e);
    }
  }

  private Path resolve(FilePath path) {
    FilePath own = normalize(path);
    return own.absolute().map(this::elsewhere).orElseGet(() -> belowRoot(own));
  }

  private Path elsewhere(FilePath.Absolute place) {
    if (!place.scheme().equals(SCHEME)) {
      throw new StorageException(
          "cannot use "
              + place.scheme()
              + "://"
              + place.authority()
              + "/"
              + place.names()
              + ": this checkpoint storage reads and writes directories only, and its root is "
              + root
              + "; copy the files to a directory and name them as file:///directory/…");
    }
    return Path.of("/" + place.names());
  }

  private Path belowRoot(FilePath path) {
    Path resolved = root;
    for (String name : path.value().split("/", -1)) {
      resolved = resolved.resolve(name);
      if (Files.isSymbolicLink(resolved)) {
        throw new StorageException(
            "cannot use "
                + path
                + ": "
                + resolved
                + " is a symbolic link, which may lead out of "
                + root
                + "; replace it by what it points to");
      }
    }
    return resolved;
  }

  private StorageException failed(String what, FilePath path, IOException e) {
    return new StorageException(
        "cannot "
            + what
            + " "
            + path
            + " in "
            + root
            + ": "
            + e
            + "; check that the directory is writable and its disk not full, then try again",
        e);
  }
}
