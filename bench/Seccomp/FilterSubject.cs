using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>A filter of one compiler for one policy, and what was measured of it.</summary>
/// <param name="name">The compiler, or what else made it.</param>
/// <param name="program">The program; null for no filter.</param>
/// <param name="expected">What the calls must be decided as; null for no filter.</param>
/// <param name="compile">Compiles once and says the milliseconds; null where that isn't measured.</param>
internal sealed class FilterSubject(string name, SeccompProgram? program, SeccompDecision[]? expected, Func<double>? compile = null)
{
    public string Name => name;

    public SeccompProgram? Program => program;

    public SeccompDecision[]? Expected => expected;

    public Func<double>? Compile => compile;

    /// <summary>How the program's meaning compares with the policy.</summary>
    public string Proof { get; init; } = "";

    public string File { get; set; } = "-";

    /// <summary>Milliseconds.</summary>
    public Samples Compilation { get; } = new();

    /// <summary>Milliseconds of seccomp(2).</summary>
    public Samples Installation { get; } = new();

    /// <summary>Nanoseconds per call, for each of <see cref="PolicyCase.Calls"/>.</summary>
    public Samples[] Calls { get; } = [new(), new(), new()];
}
