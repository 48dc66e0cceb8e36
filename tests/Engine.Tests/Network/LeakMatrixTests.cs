namespace Sandbox.Tests.Network;

/// <summary>
/// Every way out, under every network that keeps it shut, judged by captures outside. Each attempt was seen to get out, by the same captures,
/// where nothing holds it.
/// </summary>
public sealed class LeakMatrixTests(LeakRuns runs) : IClassFixture<LeakRuns>
{
    private static readonly string[] Shut =
    [
        "None", "None raw", "Deny", "Deny raw", "Block private", "Block private raw",
        "User Deny", "User Deny bare", "User Deny root bare", "User Block private", "User Block private bare",
    ];

    // A default of Allow lets the host's name server through wherever it is; where nothing is asked but that, see NatNetworkTests.
    public static TheoryData<string, string> Cells =>
        [.. from attempt in LeakAttempt.All from network in Shut where !(Blocks(network) && attempt.Name.StartsWith("dns of the host", StringComparison.Ordinal)) select (attempt.Name, network)];

    private static readonly string[] Controls = [.. Shut.Select(Control).Distinct()];

    public static TheoryData<string> Names => [.. LeakAttempt.All.Select(a => a.Name)];

    public static TheoryData<string> Networks => [.. Shut];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Nothing_gets_out(string name, string network)
    {
        var attempt = Attempt(name);
        Assert.NotEmpty(runs.Of("Host").Seen(attempt));
        if (Passes(attempt, Control(network))) Assert.NotEmpty(runs.Of(Control(network)).Seen(attempt));
        var run = runs.Of(network);
        // That it was tried: a program that never ran proves nothing.
        Assert.NotEqual("", run.Of(attempt)[(name.Length + 1)..].Trim());
        if (attempt.Raw && network.EndsWith("raw", StringComparison.Ordinal)) Assert.DoesNotContain("not permitted", run.Of(attempt), StringComparison.Ordinal);
        // Nobody who may change the rules of -Network User, or get around them, is in there.
        if (attempt.Raw && network.EndsWith("bare", StringComparison.Ordinal)) Assert.Contains("not permitted", run.Of(attempt), StringComparison.Ordinal);
        Assert.Empty(run.Seen(attempt));
    }

    // Also what no attempt looks for: neither on the wire nor on the host's loopback is anything at all, but what the kernels of host and server
    // say of their own multicast groups.
    [Theory]
    [MemberData(nameof(Networks))]
    public void Nothing_else_gets_out_either(string network)
    {
        var but = Blocks(network) ? $" and not host {LeakAttempt.Resolver}" : "";
        Assert.Empty(runs.Of(network).Wire.Seen("not (ip6 and dst net ff02::/16)" + but));
        Assert.Empty(runs.Of(network).Loopback.Seen(""));
    }

    // Where the rules allow everything: with the host's own addresses, or not at all.
    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_gets_out_by_another_address(string name)
    {
        var attempt = Attempt(name);
        foreach (var network in Controls)
        {
            var run = runs.Of(network);
            if (!Passes(attempt, network)) Assert.Empty(run.Seen(attempt));
            Assert.Empty(run.Wire.Seen($"({attempt.Filter}) and not src host {NetworkWorld.Host} and not src host {NetworkWorld.Host6}"));
        }
    }

    // What the network can't keep: a socket that is a file is where the file is seen. The documentation says so.
    [Fact]
    public void A_program_that_sees_the_hosts_files_asks_the_hosts_daemons()
    {
        var run = runs.Of("NoneWithHostRoot");
        foreach (var attempt in LeakAttempt.All) Assert.Equal(attempt.Name is "socket of systemd-resolved" or "socket of nscd", run.Seen(attempt).Length > 0);
    }

    private static bool Blocks(string network) => network.Contains("Block", StringComparison.Ordinal);

    // The same program with the same target where the rules allow everything.
    private static string Control(string network) => network.StartsWith("User", StringComparison.Ordinal)
        ? "User Allow" + (Blocks(network) ? " private" : "") + (network.Contains("root", StringComparison.Ordinal) ? " root" : "") + " bare"
        : Blocks(network) ? "Allow private raw" : "Allow raw";

    private static bool Passes(LeakAttempt attempt, string control) => attempt.Ordinary && (!attempt.Raw || control.EndsWith("raw", StringComparison.Ordinal));

    private static LeakAttempt Attempt(string name) => LeakAttempt.All.Single(a => a.Name == name);
}
