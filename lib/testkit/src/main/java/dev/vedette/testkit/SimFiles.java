package dev.vedette.testkit;

import dev.vedette.model.FileStore;
import dev.vedette.testkit.SimNode.SimFile;
import dev.vedette.testkit.SimNode.SimFolder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that behaves as badly as a real one may. Bytes that were not forced are lost in
 * a power cut, in part or whole, or come back as zeros; names that were created, renamed or deleted
 * in a folder not synced since are there or not, each for itself. Writes tear, calls fail, the disk
 * fills up, bits flip: all by seed, so that a failure is found again. Any threads; one lock.
 *
 * <pre>{@code
 * SimFiles disk = SimFiles.seeded(seed);
 * disk.cutPowerAt(17);          // the 17th call from now and all after it fail
 * ...
 * SimFiles found = disk.crash() // what is there when the power is back
 * }</pre>
 */
public final class SimFiles implements FileStore {
  private final SplittableRandom random;
  private final SimFolder root;
  private final Map<Predicate<Call>, IOException> failures = new LinkedHashMap<>();
  private @Nullable SimFile lastWritten;
  private long capacity = Long.MAX_VALUE / 2;
  private long calls;
  private long powerCutAt = Long.MAX_VALUE;
  private boolean isOff;

  /** What is being asked of the disk. */
  public enum Operation {
    CREATE,
    APPEND,
    OPEN,
    EXISTS,
    SIZE,
    LIST,
    IS_FOLDER,
    CREATE_FOLDERS,
    RENAME,
    LINK,
    DELETE,
    SYNC_FOLDER,
    USABLE_BYTES,
    WRITE,
    FORCE,
    READ,
    MAP
  }

  /** One call; a rename or a link goes by its new name. */
  public record Call(Operation operation, Path path) {}

  private SimFiles(long seed, SimFolder root) {
    this.random = new SplittableRandom(seed);
    this.root = root;
  }

  /** An empty disk, all of whose accidents follow from a seed. */
  public static SimFiles seeded(long seed) {
    return new SimFiles(seed, new SimFolder());
  }

  /**
   * Cuts the power: every later call here fails; the disk as it is found afterwards is returned.
   */
  public synchronized SimFiles crash() {
    isOff = true;
    return afterCrash(random.nextLong());
  }

  /** What would be found if the power failed now; this disk goes on. */
  public synchronized SimFiles afterCrash(long seed) {
    SimFiles found = new SimFiles(seed, root.afterCrash(new SplittableRandom(seed)));
    found.capacity = capacity;
    return found;
  }

  /** Cuts the write that came last, forced or not, at a byte of its own. */
  public synchronized void tearLastWrite() {
    SimFile file = lastWritten;
    if (file == null || file.lastWriteAt == file.size) {
      throw new IllegalStateException("nothing was written that could be torn");
    }
    file.cut(file.lastWriteAt + random.nextInt(file.size - file.lastWriteAt));
    file.force();
  }

  /** Lets the calls that match fail until {@link #heal}. A write that fails may write a part. */
  public synchronized void failOn(Predicate<Call> which, IOException failure) {
    failures.put(which, failure);
  }

  /** Lets the n-th call from now and all after it fail; 0 is the next one. */
  public synchronized void cutPowerAt(long call) {
    powerCutAt = calls + call;
  }

  /** Ends all failures but a cut of the power. */
  public synchronized void heal() {
    failures.clear();
  }

  /** Calls so far. */
  public synchronized long calls() {
    return calls;
  }

  /** Lets the disk be full at so many bytes of files. */
  public synchronized void limitBytes(long bytes) {
    capacity = bytes;
  }

  /** Flips one bit, 0 to 7, of a byte of a file. */
  public synchronized void flipBit(Path file, long offset, int bit) {
    try {
      SimFile found = file(file);
      if (offset >= found.size) {
        throw new IllegalArgumentException(
            "%s has no byte %d, it has %d".formatted(file, offset, found.size));
      }
      found.data[(int) offset] ^= (byte) (1 << bit);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** All bytes of a file. */
  public synchronized byte[] bytes(Path file) throws IOException {
    SimFile found = file(file);
    return Arrays.copyOf(found.data, found.size);
  }

  /** Puts a file there, durable, whatever was there before. */
  public synchronized void put(Path file, byte[] bytes) throws IOException {
    SimFile made = new SimFile();
    made.write(bytes, 0, bytes.length);
    made.force();
    SimFolder folder = folder(parent(file));
    folder.change(new SimFolder.Step(), name(file), made);
    folder.sync();
  }

  @Override
  public synchronized AppendFile create(Path file) throws IOException {
    before(Operation.CREATE, file);
    SimFolder folder = folder(parent(file));
    if (folder.entries.containsKey(name(file))) {
      throw new FileAlreadyExistsException(file.toString());
    }
    SimFile made = new SimFile();
    folder.change(new SimFolder.Step(), name(file), made);
    return new Appender(file, made);
  }

  @Override
  public synchronized AppendFile append(Path file, long size) throws IOException {
    before(Operation.APPEND, file);
    SimFile found = file(file);
    if (size > found.size) {
      throw new IOException("%s has %d bytes, not %d".formatted(file, found.size, size));
    }
    found.cut((int) size);
    return new Appender(file, found);
  }

  @Override
  public synchronized ReadFile open(Path file) throws IOException {
    before(Operation.OPEN, file);
    return new Reader(file, file(file));
  }

  @Override
  public synchronized boolean exists(Path file) throws IOException {
    before(Operation.EXISTS, file);
    return find(file) != null;
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    before(Operation.SIZE, file);
    return file(file).size;
  }

  @Override
  public synchronized List<Path> list(Path folder) throws IOException {
    before(Operation.LIST, folder);
    List<Path> paths = new ArrayList<>();
    folder(folder).entries.keySet().forEach(name -> paths.add(folder.resolve(name)));
    return paths;
  }

  @Override
  public synchronized boolean isFolder(Path path) throws IOException {
    before(Operation.IS_FOLDER, path);
    return find(path) instanceof SimFolder;
  }

  @Override
  public synchronized void createFolders(Path folder) throws IOException {
    before(Operation.CREATE_FOLDERS, folder);
    SimFolder at = root;
    for (Path name : folder.toAbsolutePath().normalize()) {
      SimNode next = at.entries.get(name.toString());
      if (next == null) {
        next = new SimFolder();
        at.change(new SimFolder.Step(), name.toString(), next);
      }
      if (!(next instanceof SimFolder below)) {
        throw new FileAlreadyExistsException(folder.toString());
      }
      at = below;
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    before(Operation.RENAME, to);
    SimNode node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    if (find(to) instanceof SimFolder folder && !folder.entries.isEmpty()) {
      throw new DirectoryNotEmptyException(to.toString());
    }
    SimFolder.Step step = new SimFolder.Step();
    folder(parent(to)).change(step, name(to), node);
    folder(parent(from)).change(step, name(from), null);
  }

  @Override
  public synchronized void link(Path existing, Path name) throws IOException {
    before(Operation.LINK, name);
    SimFile file = file(existing);
    SimFolder folder = folder(parent(name));
    if (folder.entries.containsKey(name(name))) {
      throw new FileAlreadyExistsException(name.toString());
    }
    folder.change(new SimFolder.Step(), name(name), file);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    before(Operation.DELETE, path);
    SimNode node = find(path);
    if (node != null) {
      delete(folder(parent(path)), name(path), node);
    }
  }

  private static void delete(SimFolder folder, String name, SimNode node) {
    if (node instanceof SimFolder below) {
      Map.copyOf(below.entries).forEach((child, of) -> delete(below, child, of));
    }
    folder.change(new SimFolder.Step(), name, null);
  }

  @Override
  public synchronized void syncFolder(Path folder) throws IOException {
    before(Operation.SYNC_FOLDER, folder);
    folder(folder).sync();
  }

  @Override
  public synchronized long usableBytes(Path folder) throws IOException {
    before(Operation.USABLE_BYTES, folder);
    return Math.max(0, capacity - root.bytes());
  }

  private void before(Operation operation, Path path) throws IOException {
    if (calls++ >= powerCutAt) {
      isOff = true;
    }
    if (isOff) {
      throw new IOException("the power is off");
    }
    Call call = new Call(operation, path);
    for (Map.Entry<Predicate<Call>, IOException> failure : failures.entrySet()) {
      if (failure.getKey().test(call)) {
        throw new IOException(failure.getValue().getMessage(), failure.getValue());
      }
    }
  }

  private @Nullable SimNode find(Path path) {
    SimNode at = root;
    for (Path name : path.toAbsolutePath().normalize()) {
      if (!(at instanceof SimFolder folder)) {
        return null;
      }
      SimNode next = folder.entries.get(name.toString());
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  private SimFile file(Path path) throws IOException {
    SimNode node = find(path);
    return switch (node) {
      case null -> throw new NoSuchFileException(path.toString());
      case SimFile file -> file;
      case SimFolder _ -> throw new IOException(path + ": Is a directory");
    };
  }

  private SimFolder folder(Path path) throws IOException {
    SimNode node = find(path);
    return switch (node) {
      case null -> throw new NoSuchFileException(path.toString());
      case SimFile _ -> throw new NotDirectoryException(path.toString());
      case SimFolder folder -> folder;
    };
  }

  private static Path parent(Path path) throws IOException {
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new IOException("%s is the root".formatted(path));
    }
    return parent;
  }

  private static String name(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  private final class Appender implements AppendFile {
    private final Path path;
    private final SimFile file;
    private boolean closed;

    Appender(Path path, SimFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      synchronized (SimFiles.this) {
        checkOpen();
        try {
          before(Operation.WRITE, path);
        } catch (IOException e) {
          store(bytes, random.nextInt(bytes.remaining() + 1));
          throw e;
        }
        long room = Math.max(0, capacity - root.bytes());
        if (bytes.remaining() > room) {
          store(bytes, (int) room);
          throw new IOException("No space left on device");
        }
        store(bytes, bytes.remaining());
        lastWritten = file;
      }
    }

    private void store(ByteBuffer bytes, int length) {
      byte[] copy = new byte[length];
      bytes.get(copy);
      file.write(copy, 0, length);
    }

    @Override
    public void force() throws IOException {
      synchronized (SimFiles.this) {
        checkOpen();
        before(Operation.FORCE, path);
        file.force();
      }
    }

    @Override
    public long position() {
      synchronized (SimFiles.this) {
        return file.size;
      }
    }

    @Override
    public void close() {
      synchronized (SimFiles.this) {
        closed = true;
      }
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }
  }

  private final class Reader implements ReadFile {
    private final Path path;
    private final SimFile file;
    private boolean closed;

    Reader(Path path, SimFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      synchronized (SimFiles.this) {
        checkOpen();
        return file.size;
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      synchronized (SimFiles.this) {
        checkOpen();
        before(Operation.READ, path);
        int length = Math.clamp(file.size - position, 0, into.remaining());
        into.put(file.data, (int) Math.min(position, file.size), length);
        return length;
      }
    }

    @Override
    public MemorySegment map(Arena arena) throws IOException {
      synchronized (SimFiles.this) {
        checkOpen();
        before(Operation.MAP, path);
        MemorySegment copy = arena.allocate(file.size, 8);
        MemorySegment.copy(file.data, 0, copy, ValueLayout.JAVA_BYTE, 0, file.size);
        return copy.asReadOnly();
      }
    }

    @Override
    public void close() {
      synchronized (SimFiles.this) {
        closed = true;
      }
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }
  }
}
