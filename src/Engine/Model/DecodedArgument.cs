namespace Sandbox;

/// <summary>One argument of a system call, in the kernel's names.</summary>
/// <param name="Index">Which, from 0; -1 where it is no argument of the call.</param>
/// <param name="Name">The parameter's name in the manual page, such as <c>pathname</c>.</param>
/// <param name="Text">What it was: <c>/etc/shadow</c>, <c>O_RDWR|O_CLOEXEC</c>, <c>inet 192.0.2.1:443</c>.</param>
public sealed record DecodedArgument(int Index, string Name, string Text)
{
    /// <summary>For a path: the same from the root of the target, joined with its directory; null where that isn't known.</summary>
    public string? FullPath { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Text}";
}
