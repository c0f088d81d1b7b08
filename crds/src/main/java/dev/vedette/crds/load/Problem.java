package dev.vedette.crds.load;

/**
 * One thing wrong with a file of resources.
 *
 * @param file as it was given
 * @param at where in the file
 * @param path the field, such as {@code spec.static.targets[0]}; empty where it is the whole text
 * @param what what is wrong
 * @param expected what should be there; may be empty
 * @param wayOut what to do about it; may be empty
 */
public record Problem(
    String file, Position at, String path, String what, String expected, String wayOut) {

  /** In one line: {@code file:line:column path: what; expected …; way out}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file).append(':').append(at).append(' ');
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    text.append(what);
    if (!expected.isEmpty()) {
      text.append("; expected ").append(expected);
    }
    if (!wayOut.isEmpty()) {
      text.append("; ").append(wayOut);
    }
    return text.toString();
  }
}
