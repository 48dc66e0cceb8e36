using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>
/// Finds who refused a call, by making the kernel's checks again in its order: seccomp, the way to a file and its permissions, Landlock,
/// capabilities. The first that would refuse with the same errno is the cause; where one before it can't be decided, the cause is unknown
/// rather than wrong.
/// </summary>
internal static class CauseFinder
{
    /// <summary>The cause of one failed call of a process of this module, or, with null, of any other.</summary>
    public static ViolationCause Find(ViolationFacts facts, HardenedProcess? sandbox)
    {
        // The reaper has none of the target's protections.
        using var query = new CauseQuery(facts, sandbox?.InitId == facts.Process ? null : sandbox);
        try
        {
            return Find(query);
        }
        catch (CauseUnknownException e)
        {
            return Unknown(query, e.Message + ".");
        }
        catch (Exception e)
        {
            // It is for a report only, and whatever is looked at may change or end meanwhile.
            return Unknown(query, $"Looking for the cause failed: {e.Message}");
        }
    }

    private static ViolationCause Find(CauseQuery query)
    {
        var facts = query.Facts;
        var seccomp = SeccompReplay.Of(query);
        if (seccomp.Verdict == Verdict.Refuses) return Told(query, seccomp);
        // No filter gives these in practice: it would have to lie.
        if (facts.Errno == Errno.EROFS) return Told(query, ReadOnlyRefusal.Of(query));
        if (NetworkRefusal.IsOne(facts)) return Told(query, NetworkRefusal.Of(query));
        if (facts.Errno is not (Errno.EACCES or Errno.EPERM)) return Unknown(query, $"{Errno.Name(facts.Errno)} isn't an errno by which a call is refused.", seccomp);
        CheckResult result;
        try
        {
            result = Kernel(query);
        }
        catch (CauseUnknownException e)
        {
            return Unknown(query, e.Message + ".", seccomp);
        }

        if (result.Verdict != Verdict.Refuses) return Unknown(query, result.IsPass ? null : result.Text + ".", seccomp);
        if (!seccomp.IsPass) return Unknown(query, seccomp.Text + ". Without it: " + result.Text);
        if (result.Errno != facts.Errno) return Unknown(query, $"It gave {Errno.Name(facts.Errno)}, and {Errno.Name(result.Errno)} was to be expected: {result.Text}");
        return Told(query, result);
    }

    // What the kernel asks once no filter has refused the call.
    private static CheckResult Kernel(CauseQuery query)
    {
        if (FileReplay.Knows(query.Facts))
        {
            using var files = new FileReplay(query);
            if (files.Run() is { IsPass: false } file) return file;
            query.Looked.Add($"The owner, mode and access list of {query.Facts.Path} and of the directories on the way let the caller through.");
        }

        if (query.Call is "mount" && LandlockReplay.Mount(query) is { IsPass: false } mount) return mount; // fs/namespace.c, path_mount: before the capability
        if (SocketReplay.Of(query) is { IsPass: false } socket) return socket;
        if (CapabilityReplay.Of(query) is { IsPass: false } capability) return capability;
        if (query.Call is "umount" or "umount2" or "pivot_root" or "move_mount" && LandlockReplay.Mount(query) is { IsPass: false } change) return change;
        return ProcessReplay.Of(query);
    }

    private static ViolationCause Told(CauseQuery query, CheckResult result) => new(result.Cause, [result.Text, .. query.Looked], result.Suggestion);

    private static ViolationCause Unknown(CauseQuery query, string? why, CheckResult seccomp = default)
    {
        var evidence = new List<string>();
        if (!seccomp.IsPass) evidence.Add(seccomp.Text + ".");
        if (why is not null) evidence.Add(why);
        evidence.AddRange(query.Looked);
        if (evidence.Count == 0) evidence.Add("Nothing that could be looked at refuses it.");
        return new(SandboxViolationCause.Unknown, evidence, null);
    }
}
