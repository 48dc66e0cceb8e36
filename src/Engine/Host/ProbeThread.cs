using Sandbox.Native;

namespace Sandbox.Host;

/// <summary>
/// A thread for each trial: the caller waits a bounded time, whatever the kernel does with the trial. One that is given up ends by its
/// own bounds, the launch's deadline at the latest.
/// </summary>
internal static class ProbeThread
{
    public static ProbeResult Run(HostFeature feature, HostState state, TimeSpan bound)
    {
        ProbeResult? result = null;
        var thread = new Thread(() => result = Guard(feature, state)) { IsBackground = true, Name = "sandbox-support:" + feature.Name };
        thread.Start();
        return thread.Join(bound) ? result! : ProbeResult.No($"the trial didn't end within {bound.TotalSeconds:0.#} s", Errno.ETIMEDOUT, "Look for a hung file system or program, and try again on an idle machine.");
    }

    private static ProbeResult Guard(HostFeature feature, HostState state)
    {
        try
        {
            return feature.Try(state);
        }
        catch (ErrnoException e)
        {
            return ProbeResult.No(e.Message, e.Errno, e.Remedy);
        }
        catch (SandboxException e)
        {
            return ProbeResult.No(e.Message, 0, e.Remedy);
        }
        catch (Exception e) // a trial that goes wrong is a fact about this machine, not the end of the report
        {
            return ProbeResult.No($"{e.GetType().Name}: {e.Message}", 0, null);
        }
    }
}
