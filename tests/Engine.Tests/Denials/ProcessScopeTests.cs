using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>The rules by which a process belongs, against a made tree.</summary>
public sealed class ProcessScopeTests : IDisposable
{
    private readonly FakeProc _proc = new();

    [Fact]
    public void TheProcessItselfBelongsAndANeighbourDoesNot()
    {
        _proc.Add(42, 1);
        _proc.Add(421, 1);
        var scope = _proc.Scope(42);
        Assert.Equal(SeccompDenialScope.Process, Match(scope, 42));
        Assert.Null(Match(scope, 421));
        Assert.Null(Match(scope, 4242));
    }

    [Fact]
    public void ChildrenOfEveryThreadAndTheirChildrenBelong()
    {
        _proc.Add(42, 1, threads: [42, 43, 44]);
        _proc.Add(50, 42);
        _proc.Add(51, 42);
        _proc.Add(60, 51);
        _proc.Children(42, 43, 50);
        _proc.Children(42, 44, 51);
        _proc.Children(51, 51, 60);
        var scope = _proc.Scope(42);
        // Gone before their records are matched: only the lists can have told of them.
        foreach (var pid in new[] { 50, 51, 60 }) _proc.Remove(pid);
        Assert.All(new[] { 50, 51, 60 }, pid => Assert.Equal(SeccompDenialScope.Descendant, Match(scope, pid)));
    }

    [Fact]
    public void WhereTheKernelListsNoChildrenEveryProcessTellsItsParent()
    {
        _proc.Add(42, 1, listed: false);
        _proc.Add(50, 42, listed: false);
        _proc.Add(51, 50, listed: false);
        _proc.Add(52, 1, listed: false);
        var scope = _proc.Scope(42);
        foreach (var pid in new[] { 50, 51, 52 }) _proc.Remove(pid);
        Assert.Equal([SeccompDenialScope.Descendant, SeccompDenialScope.Descendant, null], new[] { 50, 51, 52 }.Select(pid => Match(scope, pid)));
    }

    [Fact]
    public void AnUnknownProcessIsLookedAtOnceMoreBeforeItIsRejected()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        _proc.Advance(10);
        _proc.Add(50, 42);
        _proc.Add(51, 50);
        Assert.Equal(SeccompDenialScope.Descendant, Match(scope, 51));
    }

    [Fact]
    public void AProcessThatWasSeenIsKnownFor5Seconds()
    {
        _proc.Add(42, 1);
        _proc.Add(50, 42);
        _proc.Children(42, 42, 50);
        var scope = _proc.Scope(42);
        var died = _proc.UtcNow;
        _proc.Remove(50);
        _proc.Children(42, 42);
        for (var i = 0; i < 16; i++)
        {
            _proc.Advance(250);
            scope.Refresh();
            Assert.Equal(SeccompDenialScope.Descendant, scope.Match(50, died));
        }

        _proc.Advance(2000);
        scope.Refresh();
        Assert.Null(scope.Match(50, died));
    }

    // A recycled pid is another process: what it does isn't the former one's, and the former's late records aren't its own.
    [Fact]
    public void ARecycledPidIsAnotherProcess()
    {
        _proc.Add(42, 1);
        _proc.Add(50, 42);
        _proc.Children(42, 42, 50);
        var scope = _proc.Scope(42);
        _proc.Advance(300);
        var before = _proc.UtcNow;
        _proc.Remove(50);
        _proc.Children(42, 42);
        _proc.Advance(200);
        _proc.Add(50, 1);
        _proc.Advance(100);
        Assert.Null(scope.Match(50, _proc.UtcNow));
        Assert.Equal(SeccompDenialScope.Descendant, scope.Match(50, before));
    }

    [Fact]
    public void ARecordFromBeforeAProcessStartedIsntIts()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        Assert.Null(scope.Match(42, _proc.UtcNow.AddSeconds(-1)));
        Assert.NotNull(scope.Match(42, _proc.UtcNow));
    }

    [Fact]
    public void ATargetWhosePidWasRecycledBelongsNoMore()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        _proc.Remove(42);
        _proc.Advance(1000);
        _proc.Add(42, 1);
        _proc.Add(50, 42);
        _proc.Advance(50);
        Assert.Null(Match(scope, 42));
        Assert.Null(Match(scope, 50));
    }

    [Fact]
    public void TheMembersOfItsOwnNamespaceBelong()
    {
        _proc.Add(42, 1, space: 7);
        _proc.Add(50, 1, space: 7);
        _proc.Add(51, 1, space: 8);
        var scope = _proc.Scope(42);
        Assert.Equal((SeccompDenialScope.PidNamespace, null), (Match(scope, 50), Match(scope, 51)));
    }

    [Fact]
    public void ATargetInTheHostsNamespaceDoesNotMatchEverything()
    {
        _proc.Add(42, 1);
        _proc.Add(50, 1);
        Assert.Null(Match(_proc.Scope(42), 50));
    }

    [Fact]
    public void ANamespaceIsWatchedByItsNumber()
    {
        _proc.Add(50, 1, space: 8);
        Assert.Equal(SeccompDenialScope.PidNamespace, Match(_proc.Scope(new SeccompDenialWatch { PidNamespace = 8 }), 50));
        var error = Assert.Throws<SandboxException>(() => _proc.Scope(new SeccompDenialWatch { PidNamespace = 9 }));
        Assert.Equal("WatchSeccompDenial,NO_PID_NAMESPACE", error.ErrorId);
    }

    // Events tell of what /proc never showed.
    [Fact]
    public void EventsTellOfProcessesThatWereNeverSeen()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        scope.Apply(_proc.Event(ProcessEventKind.Fork, 50, 42));
        scope.Apply(_proc.Event(ProcessEventKind.Fork, 51, 50));
        scope.Apply(_proc.Event(ProcessEventKind.Exit, 50));
        scope.Apply(_proc.Event(ProcessEventKind.Fork, 60, 1));
        Assert.Equal([SeccompDenialScope.Descendant, SeccompDenialScope.Descendant, null], new[] { 50, 51, 60 }.Select(pid => Match(scope, pid)));
    }

    [Fact]
    public void AForkByAnotherProcessTakesAPidAway()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        scope.Apply(_proc.Event(ProcessEventKind.Fork, 50, 42));
        scope.Apply(_proc.Event(ProcessEventKind.Exit, 50));
        var lived = _proc.UtcNow;
        _proc.Advance(1000);
        scope.Apply(_proc.Event(ProcessEventKind.Fork, 50, 1));
        _proc.Advance(10);
        Assert.Equal((SeccompDenialScope.Descendant, null), (scope.Match(50, lived), scope.Match(50, _proc.UtcNow)));
    }

    [Fact]
    public void AnEventOfAProcessThatWasFoundMeanwhileChangesNothing()
    {
        _proc.Add(42, 1);
        var early = _proc.Event(ProcessEventKind.Fork, 50, 41); // by a parent that has ended since: 42 is its subreaper
        _proc.Add(50, 42);
        _proc.Children(42, 42, 50);
        var scope = _proc.Scope(42);
        scope.Apply(early);
        Assert.Equal(SeccompDenialScope.Descendant, Match(scope, 50));
    }

    [Fact]
    public void TheScopeEndsWithTheLastDescendant()
    {
        _proc.Add(42, 1);
        _proc.Add(50, 42);
        _proc.Children(42, 42, 50);
        var scope = _proc.Scope(42);
        _proc.Remove(42);
        scope.Refresh();
        Assert.False(scope.HasEnded);
        _proc.Remove(50);
        scope.Refresh();
        Assert.True(scope.HasEnded);
    }

    [Fact]
    public void AZombieHasEndedUnlessAThreadOfItLives()
    {
        _proc.Add(42, 1);
        var scope = _proc.Scope(42);
        _proc.Remove(42);
        _proc.Add(42, 1, state: 'Z', threads: [42, 43]);
        scope.Refresh();
        Assert.False(scope.HasEnded);
        _proc.Remove(42);
        _proc.Add(42, 1, state: 'Z');
        scope.Refresh();
        Assert.True(scope.HasEnded);
    }

    [Fact]
    public void WhatIsNotThereIsAnError()
    {
        Assert.Equal("WatchSeccompDenial,NO_PROCESS", Assert.Throws<SandboxException>(() => _proc.Scope(42)).ErrorId);
        Assert.Equal("WatchSeccompDenial,NOTHING_NAMED", Assert.Throws<SandboxException>(() => _proc.Scope(new SeccompDenialWatch())).ErrorId);
    }

    public void Dispose() => _proc.Dispose();

    private SeccompDenialScope? Match(ProcessScope scope, int pid) => scope.Match(pid, _proc.UtcNow);
}
