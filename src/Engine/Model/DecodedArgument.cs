namespace Sandbox;

/// <summary>
/// One argument of a system call, in the kernel's names. What is the target's own text (a path, a name) is escaped as in C: control
/// characters, bytes that are no UTF-8, invisible and direction-changing characters and the backslash; it never has more than about
/// 4,096 characters, and ends with an ellipsis where it is cut. Memory that couldn't be read is <c>0x7ffd1234 (unreadable)</c>.
/// </summary>
/// <param name="Index">Which, from 0; -1 where it is no argument of the call.</param>
/// <param name="Name">The parameter's name in the manual page, such as <c>pathname</c>.</param>
/// <param name="Text">What it was: <c>/etc/shadow</c>, <c>O_RDWR|O_CLOEXEC</c>, <c>inet 192.0.2.1:443</c>.</param>
public sealed record DecodedArgument(int Index, string Name, string Text)
{
    /// <summary>
    /// For a path: the same from the root of the target, joined with its directory; null where that isn't known. It is escaped as the text
    /// is. Links, "." and ".." are as the program gave them; a directory that was removed has the kernel's " (deleted)" behind its name.
    /// </summary>
    public string? FullPath { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Text}";
}
