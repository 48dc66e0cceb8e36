namespace Sandbox.Seccomp;

/// <summary>A named set of system calls.</summary>
/// <param name="Name">Its name, with the <c>@</c>.</param>
/// <param name="Description">One line about its purpose.</param>
/// <param name="Syscalls">The names in it, other sets expanded, sorted.</param>
public sealed record SeccompSet(string Name, string Description, IReadOnlyList<string> Syscalls)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Description} ({Syscalls.Count} calls)";
}
