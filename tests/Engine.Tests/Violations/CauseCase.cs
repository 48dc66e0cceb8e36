namespace Sandbox.Tests.Violations;

/// <summary>One refused call whose cause is known by how it is made.</summary>
/// <param name="Name">What it is.</param>
/// <param name="World">Where the caller runs.</param>
/// <param name="Call">What the program is given; {D} is the directory, {TEST} this process.</param>
/// <param name="Syscall">The call that is judged.</param>
/// <param name="Error">The errno that it must have failed with.</param>
/// <param name="Cause">Who refuses it, by construction.</param>
/// <param name="Words">What the evidence must hold.</param>
internal sealed record CauseCase(string Name, CauseWorld World, string Call, string Syscall, string Error, SandboxViolationCause Cause, params string[] Words)
{
    /// <summary>What the suggestion must hold; an empty text is for none at all, and null for any.</summary>
    public string? Suggestion { get; init; }

    /// <summary>Whether the caller has ended when its call is judged.</summary>
    public bool Dead { get; init; }

    /// <summary>Supplementary groups of an ordinary user.</summary>
    public string Groups { get; init; } = "";

    public Func<LaunchRequest, LaunchRequest> Change { get; init; } = r => r;

    /// <summary>A setting of the kernel that it is about, and its value.</summary>
    public (string File, int Least)? Needs { get; init; }
}
