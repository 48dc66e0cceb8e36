using Sandbox.Seccomp;

namespace Sandbox.Bench.Seccomp;

/// <summary>No filter is measured that doesn't mean its policy.</summary>
internal static class Proven
{
    public static SeccompProgram Check(SeccompPolicy policy, SeccompProgram program)
    {
        var differences = SeccompProver.Differences(policy, program);
        return differences.Count == 0 ? program : throw new InvalidOperationException($"{policy.Name}: {differences[0]}");
    }

    /// <summary>What is told of a peer's program, which may read the rules differently.</summary>
    public static string Judge(SeccompPolicy policy, SeccompProgram program)
    {
        try
        {
            var differences = SeccompProver.Differences(policy, program);
            return differences.Count == 0 ? "the same" : $"differs: `{differences[0]}`";
        }
        catch (SandboxException e) when (e.ErrorId == "SeccompProver,UNDECIDED")
        {
            return "not decided";
        }
    }
}
