using Sandbox.Seccomp;

namespace Sandbox.Runtime;

/// <summary>Takes every call of a traced target, on the thread that answers it.</summary>
internal interface ISyscallRecorder
{
    public void Record(uint auditArchitecture, int number, SeccompDecision decision, ReadOnlySpan<ulong> arguments);
}
